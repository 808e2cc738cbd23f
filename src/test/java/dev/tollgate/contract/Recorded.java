package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Gateway.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A request of a foreign program as it was recorded: method and path, headers, an empty line, the body; {@code {key}} stands for the key. */
record Recorded(String method, String path, String[] headers, String body) {

    private static final JsonMapper JSON = new JsonMapper();

    static Recorded of(String name, String key) {
        String text = read("/foreign/" + name + ".request").replace("{key}", key);
        int end = text.indexOf("\n\n");
        String[] head = text.substring(0, end).split("\n", -1);
        String[] headers = new String[(head.length - 1) * 2];
        for (int i = 1; i < head.length; i++) {
            int colon = head[i].indexOf(':');
            headers[i * 2 - 2] = head[i].substring(0, colon);
            headers[i * 2 - 1] = head[i].substring(colon + 1).strip();
        }
        String[] line = head[0].split(" ", 2);
        return new Recorded(line[0], line[1], headers, text.substring(end + 2));
    }

    /** Sends it and expects a 200. */
    Reply send(Gateway gateway) {
        Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .headers(headers)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    JsonNode json() {
        return JSON.readTree(body);
    }

    private static String read(String resource) {
        try (InputStream in = Objects.requireNonNull(Recorded.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
