package dev.tollgate.books;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Prompts;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Receipts over the running program, checked with nothing but the JDK, as a customer would. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
@Order(9)
class ReceiptsFlowTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String CHAT =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\""
                    + Prompts.LONG + "\"}]}";
    private static final String STREAM = CHAT.replace("false", "true");

    @Parameter
    Stores stores;

    private static Gateway gateway;

    private Customer customer;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        gateway = Gateway.startOn(stores, "timeouts.drain", "0ms");
    }

    @BeforeEach
    void begin() {
        gateway.script("[]");
        customer = gateway.customer("10000");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        gateway.close();
    }

    @Test
    void a_call_has_a_receipt_that_says_what_the_answer_and_the_task_say() {
        Gateway.Reply answer = customer.chat(CHAT);
        String id = answer.json().get("id").asString();
        Gateway.Reply reply = get("/v1/receipts/" + id);
        assertThat(reply.status()).isEqualTo(200);
        JsonNode receipt = reply.json();
        assertThat(receipt.propertyNames())
                .containsExactlyInAnyOrder(
                        "account",
                        "sequence",
                        "task_id",
                        "time",
                        "key",
                        "model",
                        "price_version",
                        "charge_micros",
                        "balance_after_micros",
                        "previous_hash",
                        "key_id",
                        "signature",
                        "form",
                        "priced_at",
                        "tier",
                        "step",
                        "counts",
                        "due_micros",
                        "held_micros",
                        "end");
        assertThat(receipt.get("form").asInt()).isEqualTo(3);
        assertThat(receipt.get("due_micros")).isEqualTo(receipt.get("charge_micros"));
        assertThat(receipt.get("end").asString()).isEqualTo("whole");
        assertThat(receipt.at("/counts/prompt_tokens")).isEqualTo(answer.json().at("/usage/prompt_tokens"));
        assertThat(receipt.get("account").asString()).isEqualTo(customer.account());
        assertThat(receipt.get("sequence").asLong()).isEqualTo(1);
        assertThat(receipt.get("task_id").asString()).isEqualTo(id);
        assertThat(receipt.get("key").asString()).startsWith("key_");
        assertThat(receipt.get("model")).isEqualTo(answer.json().get("model"));
        assertThat(receipt.get("price_version")).isEqualTo(task(id).at("/pricing_detail/price_version"));
        long charge = receipt.get("charge_micros").asLong();
        assertThat(answer.json().get("credits_consumed").decimalValue().movePointRight(6))
                .isEqualByComparingTo(Long.toString(charge));
        assertThat(receipt.get("balance_after_micros").asLong()).isEqualTo(10_000_000_000L - charge);
        assertThat(receipt.get("previous_hash").asString()).isEqualTo("0".repeat(64));
    }

    @Test
    void a_stream_has_its_receipt_and_a_failed_call_has_none() {
        gateway.script(UpstreamScript.answers().status(500));
        customer.chat(CHAT);
        String failed = customer.lastTask().get("id").asString();
        gateway.script("[]");
        String streamed = customer.chat(STREAM).header("x-tollgate-task-id");
        assertThat(get("/v1/receipts/" + failed).error().get("code").asString()).isEqualTo("task_not_found");
        assertThat(get("/v1/receipts/" + failed).status()).isEqualTo(404);
        assertThat(get("/v1/receipts/" + streamed).json().get("sequence").asLong())
                .isEqualTo(1);
    }

    @Test
    void a_caller_who_leaves_in_the_middle_has_a_receipt_of_what_was_charged_and_the_chain_goes_on() throws Exception {
        gateway.script(UpstreamScript.answers()
                .text("One ", new Tokens(1000, 1000, 0))
                .delay(600_000)
                .finish("STOP", new Tokens(1000, 9000, 0)));
        try (RawCall call = customer.chatRaw(STREAM)) {
            call.readUntil("One ");
        }
        JsonNode task = customer.lastTask();
        assertThat(task.get("status").asString()).isEqualTo("cancelled");
        JsonNode receipt = get("/v1/receipts/" + task.get("id").asString()).json();
        assertThat(receipt.get("charge_micros").asLong()).isEqualTo(500_000);
        assertThat(receipt.get("balance_after_micros").asLong()).isEqualTo(9_999_500_000L);
        assertThat(receipt.at("/counts/prompt_tokens").asInt()).isEqualTo(1_000);
        assertThat(receipt.at("/counts/completion_tokens").asInt()).isEqualTo(1_000);
        assertThat(receipt.get("price_version")).isEqualTo(task.at("/pricing_detail/price_version"));
        gateway.script("[]");
        customer.chat(CHAT);
        List<String> lines = get("/v1/receipts").text().lines().toList();
        assertThat(lines).hasSize(2);
        assertSound(lines);
    }

    @Test
    void a_caller_who_leaves_before_the_upstream_speaks_has_no_receipt() {
        gateway.script(UpstreamScript.answers().delay(600_000).text("Late."));
        int asked = gateway.asked().size();
        try (RawCall call = customer.chatRaw(STREAM)) {
            Gateway.await("the question", () -> gateway.asked().size() > asked);
        }
        String id = customer.lastTask().get("id").asString();
        assertThat(get("/v1/receipts/" + id).status()).isEqualTo(404);
        assertThat(get("/v1/receipts").text()).isEmpty();
    }

    @Test
    void sixty_four_calls_at_once_and_more_after_a_restart_make_one_chain_that_a_customer_can_check() throws Exception {
        List<CompletableFuture<Gateway.Reply>> calls = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            calls.add(customer.chatAside(CHAT));
        }
        calls.forEach(call -> assertThat(call.join().status()).isEqualTo(200));
        gateway.restart();
        assertThat(customer.chat(CHAT).status()).isEqualTo(200);

        List<String> lines = get("/v1/receipts").text().lines().toList();
        assertThat(lines).hasSize(65);
        assertSound(lines);
        gateway.assertBooksAreClosed();
    }

    private void assertSound(List<String> lines) throws Exception {
        Map<String, PublicKey> keys = publicKeys();
        String previous = "0".repeat(64);
        long charged = 0;
        for (int i = 0; i < lines.size(); i++) {
            JsonNode receipt = JSON.readTree(lines.get(i));
            String body = verified(lines.get(i), keys);
            assertThat(receipt.get("sequence").asLong()).isEqualTo(i + 1);
            assertThat(receipt.get("previous_hash").asString()).isEqualTo(previous);
            charged += receipt.get("charge_micros").asLong();
            assertThat(receipt.get("balance_after_micros").asLong()).isEqualTo(10_000_000_000L - charged);
            previous = sha256(body);
        }
        Gateway.Reply head = get("/v1/receipts/head");
        verified(head.text(), keys);
        assertThat(head.json().get("account").asString()).isEqualTo(customer.account());
        assertThat(head.json().get("sequence").asLong()).isEqualTo(lines.size());
        assertThat(head.json().get("hash").asString()).isEqualTo(previous);
        assertThat(customer.consumed().movePointRight(6)).isEqualByComparingTo(Long.toString(charged));
    }

    @Test
    void receipts_come_in_pages_of_100_unless_more_are_asked_for() {
        for (int i = 0; i < 3; i++) {
            customer.chat(CHAT);
        }
        Gateway.Reply page = get("/v1/receipts?after=1&limit=1");
        assertThat(page.header("content-type")).isEqualTo("application/jsonl");
        assertThat(page.text()).endsWith("}\n");
        assertThat(sequences(page)).containsExactly(2L);
        assertThat(sequences(get("/v1/receipts?after=1"))).containsExactly(2L, 3L);
        assertThat(sequences(get("/receipts?limit=5000"))).containsExactly(1L, 2L, 3L);
        assertThat(get("/v1/receipts?after=3").text()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"after=-1", "after=x", "after=", "limit=0", "limit=1.5", "limit=9999999999999999999"})
    void a_page_that_is_none_is_refused(String query) {
        Gateway.Reply reply = get("/v1/receipts?" + query);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error().get("param").asString()).isEqualTo(query.split("=", -1)[0]);
    }

    @Test
    void another_account_sees_nothing_of_them() {
        String id = customer.chat(CHAT).json().get("id").asString();
        Customer other = gateway.customer("1");
        assertThat(gateway.get("/v1/receipts/" + id, other.key()).status()).isEqualTo(404);
        assertThat(gateway.get("/v1/receipts", other.key()).text()).isEmpty();
        JsonNode head = gateway.get("/v1/receipts/head", other.key()).json();
        assertThat(head.get("sequence").asLong()).isZero();
        assertThat(gateway.get("/v1/receipts", "sk-nobody").status()).isEqualTo(401);
    }

    @Test
    void a_chain_that_a_crash_has_met_goes_on() throws Exception {
        customer.chat(CHAT);
        try (Gateway after = gateway.crashed()) {
            Customer again = new Customer(after, customer.account(), customer.keyId(), customer.key());
            again.chat(CHAT);
            String[] lines = after.get("/v1/receipts", customer.key()).text().split("\n", -1);
            assertThat(lines[0]).isEqualTo(get("/v1/receipts").text().strip());
            assertThat(JSON.readTree(lines[1]).get("previous_hash").asString()).isEqualTo(sha256(bodyOf(lines[0])));
        }
    }

    // ---- a verifier of few words ----

    private Map<String, PublicKey> publicKeys() throws GeneralSecurityException {
        Map<String, PublicKey> keys = new HashMap<>();
        for (JsonNode key : get("/v1/receipts/key").json().get("keys")) {
            assertThat(key.get("algorithm").asString()).isEqualTo("Ed25519");
            assertThat(key.get("retired_at").isNull()).isTrue();
            byte[] raw = Base64.getDecoder().decode(key.get("public_key").asString());
            assertThat(raw).hasSize(32);
            String x509 = "302a300506032b6570032100" + HexFormat.of().formatHex(raw);
            keys.put(
                    key.get("key_id").asString(),
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(
                                    new X509EncodedKeySpec(HexFormat.of().parseHex(x509))));
        }
        return keys;
    }

    /** @return what was signed */
    private static String verified(String line, Map<String, PublicKey> keys) throws GeneralSecurityException {
        JsonNode json = JSON.readTree(line);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(keys.get(json.get("key_id").asString()));
        signature.update(bodyOf(line).getBytes(StandardCharsets.UTF_8));
        assertThat(signature.verify(
                        Base64.getDecoder().decode(json.get("signature").asString())))
                .isTrue();
        return bodyOf(line);
    }

    private static String bodyOf(String line) {
        return line.replaceFirst(",\"signature\":\"[^\"]*\"", "");
    }

    private static String sha256(String text) throws GeneralSecurityException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Long> sequences(Gateway.Reply page) {
        return page.text()
                .lines()
                .map(line -> JSON.readTree(line).get("sequence").asLong())
                .toList();
    }

    private Gateway.Reply get(String path) {
        return gateway.get(path, customer.key());
    }

    private JsonNode task(String id) {
        return get("/v1/tasks/" + id).json();
    }
}
