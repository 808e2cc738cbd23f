package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.RunningServer.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request of a foreign program as it was recorded: method and path, headers, an empty line, the body, which is in Base64 if it is packed;
 * {@code {key}} stands for the key.
 */
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
        byte[] bytes = List.of(headers).contains("content-encoding")
                ? Base64.getMimeDecoder().decode(body)
                : body.getBytes(StandardCharsets.UTF_8);
        Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .headers(headers)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(bytes)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply;
    }

    /** Sends a request without a body over a socket, since Java's client keeps some headers for itself. */
    RawCall sendHead(Gateway gateway) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i] + ": " + headers[i + 1] + "\r\n");
        }
        return RawCall.sending(gateway.app().port(), head + "\r\n");
    }

    /** Returns the same request with a text instead of another. */
    Recorded with(String place, String text) {
        return new Recorded(method, path, headers, body.replace(place, text));
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
