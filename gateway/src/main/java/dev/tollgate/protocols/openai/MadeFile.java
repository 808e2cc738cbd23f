package dev.tollgate.protocols.openai;

import dev.tollgate.base.json.JsonOut;
import dev.tollgate.base.json.Utf8Buffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A picture, a sound or another file that the model has made: an element of {@code images}, in the form in which callers send files.
 *
 * @param url writes a data URL, or where it lies, into a JSON string
 * @param thoughtSignature of the file's own part
 */
public record MadeFile(Consumer<JsonOut> url, @Nullable String thoughtSignature) {

    /** @param index counts the choice's files up from 0 */
    public void write(int index, JsonOut to) {
        Utf8Buffer out = to.out();
        out.raw("{\"index\":").number(index);
        out.raw(",\"type\":\"image_url\",\"image_url\":{\"url\":\"");
        url.accept(to);
        out.raw("\"}");
        if (thoughtSignature != null) {
            ExtraContent.ofSignature(thoughtSignature).write(out.raw(','));
        }
        out.raw('}');
    }
}
