package dev.tollgate.base.conversation;

import dev.tollgate.base.conversation.ContentPart.Source;
import dev.tollgate.base.json.AsciiSlice;
import dev.tollgate.base.json.Base64Text;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The place of a media file, read from one string of a body.
 *
 * @param mimeType as a data URL names it, in lower case without parameters; null for all else
 */
public record MediaSource(Source source, @Nullable String mimeType) {

    private static final int DATA_HEADER_BYTES_MAX = 512;

    /** Files under these names are passed on as they came. */
    private static final Set<String> AS_UTF_8 = Set.of("utf-8", "utf8", "us-ascii", "ascii");

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
        Source.Inline source = ofBase64(json, text.after(comma + 1));
        return new MediaSource(read(json, source, header), type.isEmpty() ? null : type);
    }

    /** Returns a text file of a named charset as UTF-8, which all providers read. */
    private static Source.Inline read(JsonBody json, Source.Inline source, String header) {
        String name = TextFiles.charsetIn(header);
        String type = header.substring(0, header.indexOf(';')).strip();
        if (MediaTypes.textType(type) == null || name == null || AS_UTF_8.contains(name)) {
            return source;
        }
        Charset charset = TextFiles.named(name);
        String base64 = charset == null ? null : TextFiles.inUtf8(source.base64(), charset, json.memory());
        if (base64 == null) {
            throw json.invalid("names charset " + MessageText.quoted(name)
                    + ", but its bytes are not of that charset. Send the file as UTF-8.");
        }
        return new Source.Inline(base64);
    }

    private static Source.Inline ofBase64(JsonBody json, AsciiSlice text) {
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
