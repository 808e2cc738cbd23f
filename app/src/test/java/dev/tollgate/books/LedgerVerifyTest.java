package dev.tollgate.books;

import static dev.tollgate.testing.Asserts.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tollgate.Main;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Scope;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RawCall;
import dev.tollgate.testing.Stores;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The books of a running server, read by commands (D44). */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@ResourceLock(value = Resources.SYSTEM_PROPERTIES, mode = ResourceAccessMode.READ) // on a terminal there is more to see
class LedgerVerifyTest {

    private static final String CALL = """
            {"model":"%s","stream":%s,"messages":[{"role":"user","content":"%s"}]}""";
    private static final int CALLS = 120;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Parameter
    Stores stores;

    private Gateway gateway;

    @BeforeEach
    void start() {
        gateway = Gateway.startOn(stores);
        gateway.script(UpstreamScript.answers()
                .whenAsked("fail")
                .status(500)
                .next()
                .whenAsked("break")
                .text("Once", new Tokens(10, 5, 0))
                .fault("reset")
                .next()
                .whenAsked("long")
                .text("x".repeat(20_000), new Tokens(100, 5_000, 0))
                .text("y".repeat(20_000), new Tokens(100, 9_000, 50))
                .finish("STOP", new Tokens(100, 9_000, 50))
                .next()
                .whenAsked("")
                .text("Hello", new Tokens(7, 3, 2))
                .finish("STOP", new Tokens(7, 3, 2)));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void under_load_and_after_it_everything_adds_up_and_nothing_is_said() {
        List<Customer> customers = List.of(gateway.customer("3"), gateway.customer("100"), gateway.customer("0.4"));
        List<CompletableFuture<Gateway.Reply>> calls = load(customers);
        while (!CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).isDone()) {
            assertSilent();
        }
        gateway.assertBooksAreClosed();
        assertSilent();
        assertThat(Calls.count(gateway::number, "charged_micros > 0")).isPositive();
        assertThat(Calls.count(gateway::number, "ending = 'failed'")).isPositive();
    }

    @Test
    void a_micro_credit_too_much_is_exit_code_1_and_a_line() {
        Customer customer = gateway.customer("3");
        gateway.execute("UPDATE account SET balance_micros = 3000001, purchased_micros = 3000001 WHERE id = '"
                + customer.account() + "'");
        assertThat(run("ledger", "verify")).isEqualTo(1);
        assertThat(out.toString().lines())
                .containsExactly(
                        "account " + customer.account() + " has a balance of 3.000001, its rows leave 3",
                        "account " + customer.account() + " has a total_purchased of 3.000001, its entries add up to 3",
                        "all buckets together hold 0.000001, which should be nothing");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void usage_that_differs_is_named_and_added_up_again() {
        Customer customer = gateway.customer("3");
        customer.chat(CALL.formatted("gemini-2.5-pro", false, "one"));
        customer.chat(CALL.formatted("google/gemini-2.5-pro", false, "two"));
        assertSilent();
        gateway.execute(
                "UPDATE usage_quarter SET prompt_tokens = 1, output_image_tokens = 5, model = 'other' WHERE model LIKE 'google/%'");
        gateway.execute("UPDATE usage_hour SET calls = calls + 1, charged_micros = 0, cost_micros = 7, uncosted = 9");
        customer.chat(CALL.formatted("gemini-2.5-pro", false, "three"));

        assertThat(run("ledger", "verify")).isEqualTo(1);
        assertThat(out.toString().lines().toList())
                .hasSize(4)
                .first()
                .asString()
                .contains("./tollgate ledger rebuild-usage");
        out.getBuffer().setLength(0);
        assertThat(run("ledger", "rebuild-usage")).isZero();
        assertThat(out.toString()).isEqualTo("4 rows of usage were recomputed.\n");
        assertThat(gateway.text("SELECT after_json FROM audit_log WHERE action = 'usage.rebuild'"))
                .isEqualTo("{\"rows\":4}");
        out.getBuffer().setLength(0);
        assertSilent();
        assertThat(gateway.number("SELECT SUM(uncosted) FROM usage_hour")).isZero();
    }

    @Test
    void usage_of_labels_is_added_up_again() {
        Customer customer = gateway.customer("3");
        KeySettings manager =
                KeySettings.named("m").withKind(KeyKind.MANAGEMENT).withScopes(EnumSet.allOf(Scope.class));
        String secret =
                gateway.commands().createKey(customer.account(), manager).secret();
        assertThat(gateway.send("PATCH", "/v1/organization", "{\"end_users\":true}", secret)
                        .status())
                .isEqualTo(200);
        customer.chat(CALL.formatted("gemini-2.5-pro", false, "one").replaceFirst("\\{", "{\"user\":\"carol\","));
        assertSilent();
        gateway.execute("UPDATE usage_label SET charged_micros = charged_micros + 1, calls = 7 WHERE account_id = '"
                + customer.account() + "'");

        assertThat(run("ledger", "verify")).isEqualTo(1);
        assertThat(out.toString())
                .contains(", label 1, model gemini-2.5-pro, day from ", "1 charged_micros too many", "rebuild-usage");
        out.getBuffer().setLength(0);
        assertThat(run("ledger", "rebuild-usage")).isZero();
        assertThat(out.toString()).isEqualTo("1 rows of usage were recomputed.\n");
        out.getBuffer().setLength(0);
        assertSilent();
    }

    @Test
    void rebuilding_many_rows_is_one_row_of_the_audit_log() {
        Customer customer = gateway.customer("3");
        customer.chat(CALL.formatted("gemini-2.5-pro", false, "one"));
        long before = gateway.number("SELECT COUNT(*) FROM audit_log WHERE action = 'usage.rebuild'");
        gateway.writeWhatRides();
        gateway.execute("""
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
                INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls)
                SELECT q.account_id, q.starts_at, q.key_id, 'other-' || n.i, 1
                FROM (SELECT * FROM usage_quarter LIMIT 1) q, n""");
        out.getBuffer().setLength(0);
        assertThat(run("ledger", "rebuild-usage")).isZero();
        assertThat(out.toString()).isEqualTo("250 rows of usage were recomputed.\n");
        assertThat(gateway.number("SELECT COUNT(*) FROM audit_log WHERE action = 'usage.rebuild'"))
                .isEqualTo(before + 1);
        out.getBuffer().setLength(0);
        assertSilent();
    }

    @Test
    void without_the_secret_key_a_line_says_what_was_not_opened() throws IOException {
        Customer customer = gateway.customer("3");
        assertThat(gateway.post("/v1/responses", "{\"model\":\"gemini-2.5-pro\",\"input\":\"hi\"}", customer.key())
                        .status())
                .isEqualTo(200);
        assertSilent();
        assertThat(run("backup", folder.resolve("backup.db").toString())).isZero();
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.copy(folder.resolve("backup.db"), data.resolve("tollgate.db"));
        err.getBuffer().setLength(0);

        assertThat(runOver(data, "ledger", "verify")).isZero();

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .isEqualTo(
                        "Kept responses, batches and background responses were not opened: the installation's secret key is not here.\n");
    }

    @Test
    void what_cannot_be_opened_as_books_is_exit_code_2() throws IOException {
        assertThat(runOver(folder, "ledger", "verify")).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("tollgate: There is no database in " + folder + ".\n");
        assertThat(run("backup", folder.resolve("tollgate.db").toString())).isZero();
        byte[] sound = Files.readAllBytes(folder.resolve("tollgate.db"));
        byte[] headless = sound.clone();
        Arrays.fill(headless, 0, 4096, (byte) 7);
        byte[] text = "no database at all, but long enough for one".repeat(99).getBytes(UTF_8);
        for (byte[] none : List.of(text, headless, Arrays.copyOf(sound, 4096 * 20), new byte[4096], new byte[0])) {
            Files.write(folder.resolve("tollgate.db"), none);
            err.getBuffer().setLength(0);
            assertThat(runOver(folder, "ledger", "verify")).isEqualTo(2);
            assertThat(err.toString()).startsWith("tollgate: ");
        }
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void a_damaged_page_is_exit_code_1_with_the_next_step() throws Exception {
        gateway.customer("3").chat(CALL.formatted("gemini-2.5-pro", false, "one"));
        assertThat(run("backup", folder.resolve("tollgate.db").toString())).isZero();
        byte[] file = Files.readAllBytes(folder.resolve("tollgate.db"));
        Arrays.fill(file, 4096 * 60, 4096 * 61, (byte) 7);
        Files.write(folder.resolve("tollgate.db"), file);
        out.getBuffer().setLength(0);
        assertThat(runOver(folder, "ledger", "verify")).isEqualTo(1);
        assertThat(out.toString()).contains("is damaged").contains("restore a backup");
    }

    @Test
    void a_statements_last_line_is_the_balance() {
        Customer customer = gateway.customer("3");
        customer.chat(CALL.formatted("gemini-2.5-pro", false, "one"));
        customer.chat(CALL.formatted("google/gemini-2.5-pro", false, "two"));
        try (RawCall running = customer.chatRaw(CALL.formatted("gemini-2.5-pro", true, "three"))) {
            running.readUntil("[DONE]");
        }
        assertThat(run("ledger", "statement", "--account", customer.account())).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines.getFirst())
                .isEqualTo(
                        "time,sequence,kind,task_id,model,amount,balance,source,key,key_name,reason,usd,invoice,team,team_name,member,member_name");
        assertThat(lines).hasSize(6);
        assertThat(lines.get(2)).matches(".*,charge,chatcmpl-[^,]*,gemini-2.5-pro,-0.01,2.99,.*");
        assertThat(lines.getLast())
                .contains(",balance,,,0," + customer.balance().toPlainString() + ",");
    }

    @Test
    void an_installation_that_is_restored_from_a_backup_under_load_adds_up_and_answers() throws IOException {
        Customer customer = gateway.customer("100");
        List<CompletableFuture<Gateway.Reply>> calls = load(List.of(customer));
        calls.getFirst().join();
        assertThat(run("backup", folder.resolve("backup.db").toString())).isZero();
        assertThat(err.toString()).contains("The secret key is not in it");
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();

        Path data = Files.createDirectory(folder.resolve("data"));
        Files.copy(folder.resolve("backup.db"), data.resolve("tollgate.db"));
        err.getBuffer().setLength(0);
        assertThat(runOver(data, "ledger", "verify"))
                .as(() -> out.toString() + err)
                .isZero();
        assertThat(out.toString() + err).isEmpty();
        if (stores == Stores.SQLITE) {
            Files.copy(gateway.data().resolve("secret.key"), data.resolve("secret.key"));
        }
        try (Gateway restored = gateway.over(data)) {
            restored.script(UpstreamScript.says("Hello", 7, 3));
            Gateway.Reply reply = restored.post(
                    "/v1/chat/completions", CALL.formatted("gemini-2.5-pro", false, "again"), customer.key());
            assertThat(reply.status()).isEqualTo(200);
            restored.assertBooksAreClosed();
        }
    }

    private List<CompletableFuture<Gateway.Reply>> load(List<Customer> customers) {
        String[] texts = {"well", "fail", "break", "long", "well"};
        String[] models = {"gemini-2.5-pro", "google/gemini-2.5-pro", "gemini-3.1-pro"};
        List<CompletableFuture<Gateway.Reply>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            String body = CALL.formatted(models[i % models.length], i % 2 == 0, texts[i % texts.length]);
            calls.add(customers.get(i % customers.size()).chatAside(body).handle((reply, failure) -> reply));
        }
        return calls;
    }

    private void assertSilent() {
        assertThat(run("ledger", "verify")).as(() -> out.toString()).isZero();
        assertThat(out.toString() + err).isEmpty();
    }

    private int run(String... arguments) {
        return run(gateway.data(), gateway.environment(), arguments);
    }

    private int runOver(Path data, String... arguments) {
        return run(data, Map.of(), arguments);
    }

    private int run(Path data, Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", data.toString()));
        return Main.run(all.toArray(String[]::new), environment, new PrintWriter(out), new PrintWriter(err));
    }
}
