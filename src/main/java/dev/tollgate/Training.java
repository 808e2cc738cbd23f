package dev.tollgate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

/**
 * A few calls to a server that has just been started over an empty folder, so that the JVM can record what a call loads (JEP 514): the
 * first caller after a start then waits no longer than the next. Used by the launcher after a build, with {@code
 * -Dtollgate.training=true}.
 */
final class Training {

    private static final List<String> BODIES = List.of("""
            {"model":"gemini-2.5-pro","messages":[{"role":"user","content":"Explain quantum computing in simple terms"}]}""", """
            {"model":"gemini-3.1-pro","stream":false,"messages":[{"role":"system","content":"Be brief."},
             {"role":"user","content":"Hi, introduce yourself"}]}""", """
            {"model":"google/gemini-2.5-pro","messages":[{"role":"user","content":"What is the weather in Tokyo?"}],
             "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object",
              "properties":{"location":{"type":"string"}},"required":["location"]}}}]}""", "{}");
    private static final int ROUNDS = 5;

    private Training() {}

    static boolean isOn() {
        return Boolean.getBoolean("tollgate.training");
    }

    static void run(String url, String key) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (String body : BODIES) {
                    send(
                            client,
                            request(url + "/v1/chat/completions", key).POST(HttpRequest.BodyPublishers.ofString(body)));
                }
                send(client, request(url + "/v1/credits", key));
                send(client, request(url + "/v1/models", key));
            }
        } catch (IOException e) {
            throw new IllegalStateException("the server in training did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static HttpRequest.Builder request(String url, String key) {
        return HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json");
    }

    private static void send(HttpClient client, HttpRequest.Builder request) throws IOException, InterruptedException {
        client.send(request.build(), HttpResponse.BodyHandlers.discarding());
    }
}
