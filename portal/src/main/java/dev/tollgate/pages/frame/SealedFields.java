package dev.tollgate.pages.frame;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * Carries a form's fields in a URL, sealed for one session and page, so that no link of a stranger fills in a form.
 * Thread-safe.
 */
public final class SealedFields {

    private static final int SEALED_CHARS_MAX = 16_000;

    private final SecretBox.Purpose secrets;

    public SealedFields(SecretBox secrets) {
        this.secrets = secrets.purpose("kept form fields");
    }

    public String seal(PageRequest<Visitor.Member> request, String path, Map<String, String> fields) {
        byte[] sealed = secrets.seal(ApiJson.MAPPER.writeValueAsBytes(fields), context(request, path));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    }

    /** @return none if they were not sealed for this session and this page */
    public Map<String, String> open(PageRequest<Visitor.Member> request, @Nullable String sealed) {
        return open(request, request.path(), sealed);
    }

    /** @return none if they were not sealed for this session and the page at {@code path} */
    public Map<String, String> open(PageRequest<Visitor.Member> request, String path, @Nullable String sealed) {
        if (sealed == null || sealed.length() > SEALED_CHARS_MAX) {
            return Map.of();
        }
        try {
            byte[] json = secrets.open(Base64.getUrlDecoder().decode(sealed), context(request, path));
            return ApiJson.MAPPER.readValue(json, new TypeReference<Map<String, String>>() {});
        } catch (IllegalArgumentException | StoreException notOurs) {
            return Map.of();
        }
    }

    private static String context(PageRequest<Visitor.Member> request, String path) {
        return request.visitor().session().hash() + " " + path;
    }
}
