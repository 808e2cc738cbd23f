package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.RunningServer.Reply;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A program that makes batches with a key, and reads how they end. */
public record BatchClient(RunningServer server, String key) {

    private static final String CHAT = "/v1/chat/completions";
    private static final Set<String> OPEN = Set.of("validating", "in_progress", "cancelling");

    /** Uploads lines. @return the input's id */
    public String upload(String lines) {
        String form = "--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n" + lines
                + "\r\n--B--\r\n";
        Reply reply = server.send(HttpRequest.newBuilder(URI.create(server.url() + "/v1/files"))
                .header("authorization", "Bearer " + key)
                .header("content-type", "multipart/form-data; boundary=B")
                .POST(BodyPublishers.ofString(form)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("id").asString();
    }

    /** Returns the body that creates a batch. @param more further members, each after a comma */
    public static String creation(String input, String endpoint, String more) {
        return "{\"input_file_id\":\"%s\",\"endpoint\":\"%s\",\"completion_window\":\"24h\"%s}"
                .formatted(input, endpoint, more);
    }

    /** Creates a batch of lines of chats. @return its id */
    public String create(String lines) {
        return create(lines, CHAT);
    }

    /** Creates a batch. @return its id */
    public String create(String lines, String endpoint) {
        Reply reply = server.post("/v1/batches", creation(upload(lines), endpoint, ""), key);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("id").asString();
    }

    public JsonNode get(String id) {
        Reply reply = server.get("/v1/batches/" + id, key);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    public boolean hasEnded(String id) {
        return !OPEN.contains(get(id).path("status").asString(""));
    }

    /** Waits for a batch's end. @return the batch then */
    public JsonNode ended(String id) {
        RunningServer.await("the end of " + id, () -> hasEnded(id));
        return get(id);
    }

    /** Returns a file of results. @param member of the batch that names it; without one the file is empty */
    public String results(JsonNode batch, String member) {
        String file = batch.path(member).asString("");
        if (file.isEmpty()) {
            return "";
        }
        Reply reply = server.get("/v1/files/" + file + "/content", key);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.text();
    }
}
