package dev.tollgate.testing;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.http.client.PublicPost;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Posts anywhere; which places are allowed is the other half's to say. */
public record PlainPost(HttpClient client) implements PublicPost, AutoCloseable {

    /** How long an answer is waited for. */
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    PlainPost() {
        this(HttpClient.newHttpClient());
    }

    @Override
    public @Nullable Sentence complaint(String url) {
        return null;
    }

    @Override
    public int post(String accountId, String url, Map<String, String> headers, byte[] body)
            throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public String host(String url) {
        return URI.create(url).getHost();
    }

    @Override
    public void close() {
        client.close();
    }
}
