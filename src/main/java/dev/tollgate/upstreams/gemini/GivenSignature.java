package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.error.ApiError;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The check of a thought signature that a caller sent. A replayed signature came from the upstream and needs none. */
final class GivenSignature {

    /** Either alphabet of base64: the field is proto bytes. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9+/_-]+={0,2}");

    private GivenSignature() {}

    /**
     * @param signature as the caller sent it; null if there is none
     * @throws dev.tollgate.base.error.ApiException a 400 that names the field, if the text cannot be a signature
     */
    static void check(@Nullable String signature, Place owner) {
        if (signature != null && !FORM.matcher(signature).matches()) {
            String field = owner.path(Member.SIGNATURE);
            throw ApiError.invalid(
                            field,
                            "'" + field + "' is not a thought signature: send it back unchanged, or leave it out.")
                    .asException();
        }
    }
}
