package dev.tollgate.calls.files;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The addresses of files that Google's clients upload, and Google's refusal of one (Y32). */
public final class UploadedFiles {

    /** The path of an address before the id of its file. */
    public static final String PATH = "/v1beta/files/";

    /** The characters of an id. */
    static final int ID_CHARS = 32;

    private static final Pattern ADDRESS =
            Pattern.compile("https?://[^\\s?#()]{1,512}/v1(?:beta)?/files/([0-9a-f]{32})");

    private UploadedFiles() {}

    /** Returns the id of the file that an address names, whatever its host is; null for any other address. */
    static @Nullable String id(String url) {
        Matcher address = ADDRESS.matcher(url);
        return address.matches() ? address.group(1) : null;
    }

    /** Returns Google's refusal of a file that is not there, or that the key may not read. */
    public static ApiError notThere(String id) {
        String shown = id.length() <= ID_CHARS ? id : id.substring(0, ID_CHARS) + "...";
        return ApiError.of(
                        ErrorCode.INVALID_REQUEST,
                        "You do not have permission to access the File " + shown + " or it may not exist.")
                .withStatus(403);
    }
}
