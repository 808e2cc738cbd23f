package dev.tollgate.protocols.openai;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.json.ReadLimits;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.Assertions;

/** Request bodies for tests, written with single quotes. */
final class Bodies {

    private Bodies() {}

    static ChatRequest read(String json) {
        return ChatRequestReader.read(bytes(json), ReadLimits.DEFAULT);
    }

    static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    /** A body with one user message and these further members. */
    static String with(String members) {
        return "{'model':'m','messages':[{'role':'user','content':'hi'}]" + (members.isEmpty() ? "" : ",") + members
                + "}";
    }

    static String messages(String messages) {
        return "{'model':'m','messages':[" + messages + "]}";
    }

    static String part(String part) {
        return messages("{'role':'user','content':[" + part + "]}");
    }

    static ApiError refused(byte[] body) {
        ApiException refusal =
                catchThrowableOfType(ApiException.class, () -> ChatRequestReader.read(body, ReadLimits.DEFAULT));
        Assertions.assertThat(refusal).as("a refusal").isNotNull();
        Assertions.assertThat(refusal.error().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        Assertions.assertThat(refusal.error().status()).isEqualTo(400);
        return refusal.error();
    }

    static ApiError refused(String json) {
        return refused(bytes(json));
    }
}
