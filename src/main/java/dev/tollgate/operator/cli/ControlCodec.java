package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.Refused;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lines of the control socket: a request, and {@code {"ok":…}} or {@code {"refused":"…"}} in answer. */
final class ControlCodec {

    static final int LINE_BYTES_MAX = 1 << 20;

    private static final int DEPTH_MAX = 16;

    private final JsonMapper mapper = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .maxDocumentLength(LINE_BYTES_MAX)
                            .build())
                    .build())
            // A client of another version must not believe that something was done which was not understood.
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    byte[] request(ControlRequest request) {
        return mapper.writerFor(ControlRequest.class).writeValueAsBytes(request);
    }

    ControlRequest readRequest(byte[] line) throws Refused {
        try {
            ControlRequest request = mapper.readValue(line, ControlRequest.class);
            if (request != null) {
                return request;
            }
        } catch (JacksonException e) {
            throw notUnderstood();
        }
        throw notUnderstood();
    }

    private static Refused notUnderstood() {
        return new Refused("The server does not understand the command; is it of another version?");
    }

    byte[] done(Object value) {
        return mapper.writeValueAsBytes(mapper.createObjectNode().set("ok", mapper.valueToTree(value)));
    }

    byte[] refused(String sentence) {
        return mapper.writeValueAsBytes(mapper.createObjectNode().put("refused", sentence));
    }

    <T> T readAnswer(byte[] line, TypeReference<T> type) throws Refused {
        try {
            JsonNode answer = mapper.readTree(line);
            if (answer.path("refused").isString()) {
                throw new Refused(answer.path("refused").stringValue());
            }
            JavaType javaType = mapper.constructType(type);
            return mapper.treeToValue(answer.required("ok"), javaType);
        } catch (JacksonException e) {
            throw new Refused("The server's answer cannot be read; is it of another version?");
        }
    }
}
