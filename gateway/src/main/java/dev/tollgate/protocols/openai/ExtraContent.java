package dev.tollgate.protocols.openai;

import dev.tollgate.base.json.Utf8Buffer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * {@code extra_content.google} of a message or a delta, where Google's own compatible endpoint puts values for which OpenAI has no name.
 *
 * @param thoughtSignature signature of the text; a call has its own
 * @param searchEntryPoint HTML that must be shown with a grounded response (D45)
 * @param groundingMetadata the upstream's own object (D49)
 */
public record ExtraContent(
        @Nullable String thoughtSignature,
        @Nullable String searchEntryPoint,
        @Nullable JsonNode groundingMetadata) {

    public static final ExtraContent NONE = new ExtraContent(null, null, null);

    public static ExtraContent ofSignature(@Nullable String thoughtSignature) {
        return thoughtSignature == null ? NONE : new ExtraContent(thoughtSignature, null, null);
    }

    public boolean isEmpty() {
        return thoughtSignature == null && searchEntryPoint == null && groundingMetadata == null;
    }

    /** The member {@code "extra_content":…}; not to be called on an empty one. */
    public void write(Utf8Buffer out) {
        out.raw("\"extra_content\":{\"google\":");
        char before = '{';
        if (thoughtSignature != null) {
            out.raw(before).raw("\"thought_signature\":").string(thoughtSignature);
            before = ',';
        }
        if (searchEntryPoint != null) {
            out.raw(before).raw("\"search_entry_point\":").string(searchEntryPoint);
            before = ',';
        }
        if (groundingMetadata != null) {
            out.raw(before).raw("\"grounding_metadata\":").json(groundingMetadata);
        }
        out.raw("}}");
    }
}
