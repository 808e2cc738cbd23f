package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A batch of chat lines as its customer drives it. */
record DrivenBatch(Gateway gateway, Customer customer, String id) {

    static final String CHAT = "/v1/chat/completions";

    /** 150 credits per million tokens of input and 750 of output, half of it at flex. */
    static final String MODEL = "gemini-3.8-flash";

    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> OPEN = Set.of("validating", "in_progress", "cancelling");

    /** Costs 0.285 credits at flex. */
    static final Tokens SOME = new Tokens(1_800, 400, 0);

    static UpstreamScript answer(int millis) {
        return UpstreamScript.answers().delay(millis).text("Done.", SOME).finish("STOP", SOME);
    }

    static UpstreamScript busy() {
        return UpstreamScript.answers()
                .status(503, "{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}");
    }

    /** The provider finds the request wrong. */
    static UpstreamScript wrong() {
        return UpstreamScript.answers()
                .status(400, "{\"error\":{\"code\":400,\"message\":\"No.\",\"status\":\"INVALID_ARGUMENT\"}}");
    }

    /** A batch of which so many lines have an answer. The others wait for their second try, which is answered: their provider was busy. */
    static DrivenBatch midway(Gateway gateway, Customer customer, int answered, int waiting, String body) {
        gateway.script(UpstreamScript.answers()
                .times(answered)
                .text("Done.", SOME)
                .finish("STOP", SOME)
                .next()
                .status(503, "{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}"));
        DrivenBatch batch = of(gateway, customer, answered + waiting, body);
        Gateway.await("the first tries", () -> batch.waiting() == waiting);
        batch.awaitAnswers(answered);
        gateway.script(answer(0));
        return batch;
    }

    /** Creates a batch of lines with one body, named {@code i1} and so on. */
    static DrivenBatch of(Gateway gateway, Customer customer, int lines, String body) {
        return ofLines(
                gateway,
                customer,
                CHAT,
                IntStream.rangeClosed(1, lines)
                        .mapToObj(i -> line("i" + i, CHAT, body))
                        .toList());
    }

    static DrivenBatch ofLines(Gateway gateway, Customer customer, String endpoint, List<String> lines) {
        String file = upload(gateway, String.join("", lines), customer.key());
        String creation = "{\"input_file_id\":\"%s\",\"endpoint\":\"%s\",\"completion_window\":\"24h\"}";
        Reply reply = gateway.post("/v1/batches", creation.formatted(file, endpoint), customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return new DrivenBatch(gateway, customer, reply.json().path("id").asString());
    }

    static String line(String name, String endpoint, String body) {
        return "{\"custom_id\":\"%s\",\"url\":\"%s\",\"body\":%s}\n".formatted(name, endpoint, body);
    }

    static String chat(String model, String text, String more) {
        return "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}"
                .formatted(model, text, more);
    }

    static String upload(Gateway gateway, String content, String key) {
        String form = "--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n" + content
                + "\r\n--B--\r\n";
        Reply reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/files"))
                .header("authorization", "Bearer " + key)
                .header("content-type", "multipart/form-data; boundary=B")
                .POST(BodyPublishers.ofString(form)));
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("id").asString();
    }

    /** The same with another key. */
    DrivenBatch with(String key) {
        return new DrivenBatch(gateway, new Customer(gateway, customer.account(), customer.keyId(), key), id);
    }

    /** The same at another server over the same database. */
    DrivenBatch at(Gateway other) {
        return new DrivenBatch(other, customer, id);
    }

    JsonNode get() {
        Reply reply = gateway.get("/v1/batches/" + id, customer.key());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    Reply cancel() {
        return gateway.post("/v1/batches/" + id + "/cancel", "", customer.key());
    }

    /** Returns how many lines wait for a further try. */
    long waiting() {
        return gateway.number(
                "SELECT COUNT(*) FROM job_line WHERE state = 'waiting' AND due_at IS NOT NULL AND job_id = '" + job()
                        + "'");
    }

    String job() {
        return gateway.text("SELECT id FROM job WHERE account_id = '" + customer.account() + "'");
    }

    /** Waits until so many lines have an answer. */
    void awaitAnswers(int lines) {
        Gateway.await(lines + " answers", () -> count("completed") >= lines);
    }

    void awaitStatus(String status) {
        Gateway.await(status, () -> get().path("status").asString().equals(status));
    }

    void awaitPause(String reason) {
        Gateway.await(
                "pause " + reason,
                () -> get().path("paused").path("reason").asString("").equals(reason));
    }

    JsonNode ended() {
        Gateway.await("the end", () -> !OPEN.contains(get().path("status").asString()));
        return get();
    }

    int count(String of) {
        return get().path("request_counts").path(of).asInt();
    }

    /** The lines of a result file, as {@code output_file_id} or {@code error_file_id} has them. */
    List<JsonNode> results(String member) {
        String file = get().path(member).asString("");
        List<JsonNode> lines = new ArrayList<>();
        if (!file.isEmpty()) {
            Reply reply = gateway.get("/v1/files/" + file + "/content", customer.key());
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            reply.text().lines().forEach(line -> lines.add(JSON.readTree(line)));
        }
        return lines;
    }

    List<JsonNode> answers() {
        return results("output_file_id");
    }

    List<JsonNode> errors() {
        return results("error_file_id");
    }

    static String names(List<JsonNode> lines) {
        return lines.stream().map(each -> each.path("custom_id").asString()).collect(Collectors.joining(" "));
    }

    BigDecimal credits(String member) {
        return new BigDecimal(get().path(member).toString());
    }

    /** The sum of its output file is that of the batch, of its calls and of the account. */
    void assertAddsUp() {
        BigDecimal sum = answers().stream()
                .map(each -> new BigDecimal(each.path("response")
                        .path("body")
                        .path("credits_consumed")
                        .toString()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        assertThat(credits("credits_consumed")).isEqualByComparingTo(sum);
        long calls = gateway.number(
                "SELECT COALESCE(SUM(charged_micros), 0) FROM call WHERE request_id LIKE '" + id + "/%'");
        assertThat(sum).isEqualByComparingTo(BigDecimal.valueOf(calls, 6));
        assertThat(sum).isLessThanOrEqualTo(credits("max_credits"));
        assertThat(gateway.number("SELECT COUNT(*) FROM open_hold WHERE account_id = '" + customer.account() + "'"))
                .isZero();
    }
}
