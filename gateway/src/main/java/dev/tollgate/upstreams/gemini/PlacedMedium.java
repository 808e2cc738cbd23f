package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.PartReferences;
import dev.tollgate.base.json.Json;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.media.Medium;
import org.jspecify.annotations.Nullable;

/** The form of media in a body: as base64, or as the URI of an uploaded file. */
sealed interface PlacedMedium {

    /** @param name of the medium; null for none */
    void addTo(OutgoingBody.Builder body, @Nullable String name);

    record Text(InlineMedia media) implements PlacedMedium {
        @Override
        public void addTo(OutgoingBody.Builder body, @Nullable String name) {
            body.ascii(inlineHead(media.mimeType()))
                    .add(new OutgoingBody.Ascii(media.base64()))
                    .ascii("\"");
            end(body, name);
        }
    }

    record Encoded(Medium medium) implements PlacedMedium {
        @Override
        public void addTo(OutgoingBody.Builder body, @Nullable String name) {
            body.ascii(inlineHead(medium.mimeType()))
                    .add(new OutgoingBody.Base64Of(medium))
                    .ascii("\"");
            end(body, name);
        }
    }

    record Uploaded(UploadedFile file) implements PlacedMedium {
        @Override
        public void addTo(OutgoingBody.Builder body, @Nullable String name) {
            body.ascii("\"fileData\":{\"mimeType\":\"%s\",\"fileUri\":%s"
                    .formatted(file.mimeType(), Json.MAPPER.writeValueAsString(file.uri())));
            end(body, name);
        }
    }

    /** Media types are tokens: nothing in them needs escaping. */
    private static String inlineHead(String mimeType) {
        return "\"inlineData\":{\"mimeType\":\"" + mimeType + "\",\"data\":\"";
    }

    private static void end(OutgoingBody.Builder body, @Nullable String name) {
        if (name != null) {
            byte[] text = Json.MAPPER.writeValueAsBytes(name);
            body.ascii(",\"" + PartReferences.NAME + "\":").add(new OutgoingBody.Bytes(text, 0, text.length));
        }
        body.ascii("}");
    }
}
