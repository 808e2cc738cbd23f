package dev.tollgate.protocols.openai;

import dev.tollgate.base.json.Utf8Buffer;
import org.jspecify.annotations.Nullable;

/**
 * A picture, a sound or another file that the model has made: an element of {@code images}, in the form in which callers send files.
 *
 * @param url a data URL, or where it lies
 * @param thoughtSignature of the file's own part
 */
public record MadeFile(String url, @Nullable String thoughtSignature) {

    /** @param index counts the choice's files up from 0 */
    public void write(int index, Utf8Buffer out) {
        out.raw("{\"index\":").number(index);
        out.raw(",\"type\":\"image_url\",\"image_url\":{\"url\":").string(url).raw('}');
        if (thoughtSignature != null) {
            ExtraContent.ofSignature(thoughtSignature).write(out.raw(','));
        }
        out.raw('}');
    }
}
