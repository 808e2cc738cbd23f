package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.json.Json;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.media.Medium;

/** The form of media in a body: as base64, or as the URI of an uploaded file. */
sealed interface PlacedMedium {

    void addTo(OutgoingBody.Builder body);

    record Text(InlineMedia media) implements PlacedMedium {
        @Override
        public void addTo(OutgoingBody.Builder body) {
            body.ascii(inlineHead(media.mimeType()))
                    .add(new OutgoingBody.Ascii(media.base64()))
                    .ascii("\"}");
        }
    }

    record Encoded(Medium medium) implements PlacedMedium {
        @Override
        public void addTo(OutgoingBody.Builder body) {
            body.ascii(inlineHead(medium.mimeType()))
                    .add(new OutgoingBody.Base64Of(medium))
                    .ascii("\"}");
        }
    }

    record Uploaded(UploadedFile file) implements PlacedMedium {
        @Override
        public void addTo(OutgoingBody.Builder body) {
            body.ascii("\"fileData\":{\"mimeType\":\"%s\",\"fileUri\":%s}"
                    .formatted(file.mimeType(), Json.MAPPER.writeValueAsString(file.uri())));
        }
    }

    /** Media types are tokens: nothing in them needs escaping. */
    private static String inlineHead(String mimeType) {
        return "\"inlineData\":{\"mimeType\":\"" + mimeType + "\",\"data\":\"";
    }
}
