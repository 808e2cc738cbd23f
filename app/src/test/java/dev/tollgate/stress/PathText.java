package dev.tollgate.stress;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.Json;
import dev.tollgate.testing.GoldenRequests.Made;
import dev.tollgate.upstreams.media.WantedMedium;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** A text of named facts, a line each. Bodies are written so that the spelling of strings and white space make no difference, but digits do. */
final class PathText {

    private final StringBuilder text = new StringBuilder();

    void add(String name, Object value) {
        text.append(name).append('=').append(value).append('\n');
    }

    /** Adds the refusal or the failure if there is one. */
    void tried(String name, Runnable step) {
        try {
            step.run();
        } catch (ApiException refused) {
            ApiError error = refused.error();
            add(
                    name + " refused",
                    error.status() + " " + error.code() + " " + error.param() + " " + error.message() + " "
                            + error.headers());
        } catch (RuntimeException | StackOverflowError broken) {
            add(name + " broken", broken.getClass().getName());
        }
    }

    void written(String name, Supplier<Made> writer) {
        tried(name, () -> {
            Made made = writer.get();
            add(name, made.ignored());
            made.wanted().stream().map(WantedMedium::key).forEach(key -> add("wanted", key));
            body(made.body());
            text.append('\n');
        });
    }

    private void body(byte[] body) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException e) {
            text.append("NOT UTF-8 ");
        }
        try (JsonParser parser = Json.STRICT.createParser(body)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                token(parser, token);
            }
        } catch (JacksonException e) {
            text.append("NOT JSON ").append(e.getOriginalMessage());
        }
    }

    private void token(JsonParser parser, JsonToken token) {
        switch (token) {
            case PROPERTY_NAME -> string(parser.currentName()).append(':');
            case VALUE_STRING -> string(parser.getString()).append(',');
            case START_OBJECT, START_ARRAY -> text.append(token.asString());
            default -> text.append(parser.getString()).append(',');
        }
    }

    /** With its length, so that no text can be taken for its neighbours. */
    private StringBuilder string(String string) {
        return text.append('"').append(string.length()).append('"').append(string);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
