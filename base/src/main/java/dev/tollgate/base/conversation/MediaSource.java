package dev.tollgate.base.conversation;

import dev.tollgate.base.conversation.ContentPart.Source;
import dev.tollgate.base.json.AsciiSlice;
import dev.tollgate.base.json.Base64Text;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The place of a media file, read from one string of a body.
 *
 * @param mimeType as a data URL names it, in lower case without parameters; null for all else
 */
public record MediaSource(Source source, @Nullable String mimeType) {

    private static final int DATA_HEADER_BYTES_MAX = 512;

    /**
     * Reads a URL of one of the schemes that are downloaded, or a data URL in base64.
     *
     * @throws dev.tollgate.base.error.ApiException 400 that names the field
     */
    public static MediaSource url(JsonBody json) {
        AsciiSlice text = json.slice();
        if (text.startsWith("data:")) {
            return ofDataUrl(json, text);
        }
        if (text.startsWith("https://") || text.startsWith("http://") || text.startsWith("gs://")) {
            return new MediaSource(new Source.Remote(json.string()), null);
        }
        throw json.invalid("must be an http(s) URL or a data URL in base64.");
    }

    /**
     * Reads base64, alone or in a data URL.
     *
     * @throws dev.tollgate.base.error.ApiException 400 that names the field
     */
    public static MediaSource data(JsonBody json) {
        AsciiSlice text = json.slice();
        return text.startsWith("data:") ? ofDataUrl(json, text) : new MediaSource(ofBase64(json, text), null);
    }

    /** {@code data:[type][;parameter]...;base64,...} */
    private static MediaSource ofDataUrl(JsonBody json, AsciiSlice text) {
        int comma = text.indexOf(',', DATA_HEADER_BYTES_MAX);
        String header = comma < 0
                ? ""
                : text.text(text.from + "data:".length(), comma).strip().toLowerCase(Locale.ROOT);
        if (!header.endsWith(";base64")) {
            throw json.invalid("must be a data URL in base64, like data:image/png;base64,iVBORw0K.");
        }
        String type = header.substring(0, header.indexOf(';')).strip();
        if (!type.isEmpty() && !MediaTypes.isType(type)) {
            throw json.invalid(
                    "must be a data URL with a media type like image/png, got " + MessageText.quoted(type) + ".");
        }
        return new MediaSource(ofBase64(json, text.after(comma + 1)), type.isEmpty() ? null : type);
    }

    private static Source ofBase64(JsonBody json, AsciiSlice text) {
        String base64 = Base64Text.standard(text);
        if (base64 == null) {
            throw json.invalid("is not valid base64.");
        }
        if (base64.isEmpty()) {
            throw json.invalid("holds no data.");
        }
        return new Source.Inline(base64);
    }
}
