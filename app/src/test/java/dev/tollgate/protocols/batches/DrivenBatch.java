package dev.tollgate.protocols.batches;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BatchClient;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
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
        return new DrivenBatch(
                gateway, customer, new BatchClient(gateway, customer.key()).create(String.join("", lines), endpoint));
    }

    static String line(String name, String endpoint, String body) {
        return "{\"custom_id\":\"%s\",\"url\":\"%s\",\"body\":%s}\n".formatted(name, endpoint, body);
    }

    static String chat(String model, String text, String more) {
        return "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}"
                .formatted(model, text, more);
    }

    /** Returns this batch as another key sees it. */
    DrivenBatch with(String key) {
        return new DrivenBatch(gateway, new Customer(gateway, customer.account(), customer.keyId(), key), id);
    }

    /** Returns this batch as another server over the same database sees it. */
    DrivenBatch at(Gateway other) {
        return new DrivenBatch(other, customer, id);
    }

    private BatchClient client() {
        return new BatchClient(gateway, customer.key());
    }

    JsonNode get() {
        return client().get(id);
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
        return client().ended(id);
    }

    int count(String of) {
        return get().path("request_counts").path(of).asInt();
    }

    /** The lines of a result file, as {@code output_file_id} or {@code error_file_id} has them. */
    List<JsonNode> results(String member) {
        List<JsonNode> lines = new ArrayList<>();
        client().results(get(), member).lines().forEach(line -> lines.add(JSON.readTree(line)));
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

    /** The sum of its output file is also the batch's, its calls' and the account's. */
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
