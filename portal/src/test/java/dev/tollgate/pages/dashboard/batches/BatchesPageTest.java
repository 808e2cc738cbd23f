package dev.tollgate.pages.dashboard.batches;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.jobs.BatchChange;
import dev.tollgate.jobs.Batches;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.JobChange;
import dev.tollgate.jobs.JobParts;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class BatchesPageTest {

    private static final String PASSWORD = "a sentence nobody else has";
    private static final String NODE = "node_1";

    private static PortalServer server;
    private static Jobs jobs;
    private static Batches batches;
    private static Browser ann;
    private static Browser other;
    private static String account;
    private static KeyOwner owner;

    @BeforeAll
    static void start() {
        server = PortalServer.start("pages.languages", "en,zh-Hans");
        jobs = new Jobs(
                server.books().database(),
                server.books().writer(),
                server.books().secrets(),
                server::now);
        batches = new Batches(server.books().database(), jobs, server::now);
        ann = new Browser(server.url()).signUp("ann@example.org", PASSWORD);
        other = new Browser(server.url()).signUp("other@example.org", PASSWORD);
        account = server.text("SELECT account_id FROM person WHERE login = 'ann@example.org'");
        owner = KeyOwner.account(server.commands()
                .createKey(account, KeySettings.named("nightly"))
                .key()
                .id());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void forget() {
        List.of("batch", "job_line", "job", "account_log").forEach(table -> server.execute("DELETE FROM " + table));
    }

    /** @param details of the batch @return its job */
    private String batch(String details) {
        String id = new CompletionIds(server::now, new Random()).next();
        batches.accept(
                id,
                account,
                owner,
                null,
                "body",
                "/v1/chat/completions",
                "input",
                Duration.ofDays(9),
                details.getBytes(StandardCharsets.UTF_8));
        server.execute("UPDATE job SET node_id = '" + NODE + "' WHERE id = '" + id + "'");
        return id;
    }

    private void check(String id, long lines) {
        byte[] details = jobs.request(batches.taken(id).job());
        jobs.commit(new BatchChange.Checked(
                id, NODE, server.now(), lines, 2_000_000, 9_000_000, jobs.seal(id, 0, details)));
    }

    private static String path(String id) {
        return "/dashboard/batches/" + shown(id);
    }

    private static String shown(String id) {
        return "batch_" + id.substring("chatcmpl-".length());
    }

    private String page(String id) {
        Browser.Page page = ann.get(path(id));
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return page.body().replaceAll("\\s+", " ");
    }

    @Test
    void a_running_batch_shows_its_lines_and_credits() {
        String id = batch(
                "{\"notes\": [{\"code\": \"flex\", \"name\": \"a-model\", \"lines\": 9, \"percent\": 50},"
                        + "{\"code\": \"no_flex\", \"name\": \"b-model\", \"lines\": 1}, {\"code\": \"no_effect\", \"name\": \"stream\", \"lines\": 2}]}");
        assertThat(page(id)).contains("being checked", "The lines are being checked.", "No page shows requests");
        check(id, 400);
        for (long line = 1; line <= 3; line++) {
            server.books().writer().commitAndWait(Unit.of(new JobParts.Claim(id, line, line, "call_" + line, NODE)));
        }
        jobs.commit(new BatchChange.LineRefused(id, NODE, 4, 0, 404, new byte[] {1}, 7));
        server.execute("UPDATE job SET charged_micros = 1000000 WHERE id = '" + id + "'");
        server.execute("UPDATE batch SET completed = 199, prompt_tokens = 5000 WHERE job_id = '" + id + "'");
        assertThat(page(id))
                .contains(
                        "of 400 lines",
                        "<b>199</b>",
                        "<b>3</b>",
                        "<b>197</b>",
                        "Projected for all lines",
                        "title=\"2.000000 credits\"",
                        "title=\"9.000000 credits\"",
                        "<dd>5,000</dd>",
                        "The model does not exist",
                        "a-model: 9 lines at the service tier flex, at 50 % of the price.",
                        "b-model: 1 line without the service tier flex, at the price of any call.",
                        "stream has no effect in a batch. It is in 2 lines.",
                        "Cancel batch");
        assertThat(ann.get("/dashboard/batches").body()).contains(path(id), "running", "nightly", "400");
        assertThat(ann.get("/dashboard/batches?key=" + owner.originId()).body()).contains(path(id));
        assertThat(ann.get("/dashboard/find?q=" + shown(id)).location()).isEqualTo(path(id));
        assertThat(ann.get("/dashboard/keys/" + owner.originId()).body())
                .contains("1 open batch</a>", "They pause while the key is turned off.");
    }

    @ParameterizedTest
    @EnumSource(Job.Pause.class)
    void a_paused_batch_says_why_and_until_when(Job.Pause pause) {
        String id = batch("{\"reason\": {\"code\": \"x\", \"message\": \"The budget of the team is used up.\"}}");
        check(id, 9);
        Instant due = server.now().plus(Duration.ofHours(1));
        jobs.commit(new JobChange.Wait(id, NODE, pause, server.now(), due, 0, null));
        assertThat(page(id))
                .contains(
                        "badge warn\">paused",
                        BatchWords.sentence(pause),
                        "It continues automatically.",
                        "The next attempt is at");
        if (pause != Job.Pause.PRICE) {
            assertThat(page(id)).contains("The budget of the team is used up.");
        }
        assertThat(ann.get("/dashboard/batches").body()).contains("paused", BatchWords.brief(pause));
    }

    @Test
    void an_ended_batch_shows_commands_with_a_placeholder_for_the_key() {
        String id = batch("{}");
        check(id, 2);
        jobs.commit(new BatchChange.LineRefused(id, NODE, 2, 0, 400, new byte[] {1}, 7));
        server.execute("UPDATE batch SET completed = 1 WHERE job_id = '" + id + "'");
        assertThat(page(id)).contains("When the batch has ended").doesNotContain("curl");
        jobs.commit(new BatchChange.BatchEnded(id, NODE, Job.State.COMPLETED, server.now()));
        String chars = id.substring("chatcmpl-".length());
        assertThat(page(id))
                .contains(
                        "curl -H \"Authorization: Bearer $TOLLGATE_KEY\" " + server.url() + "/v1/files/file-" + chars
                                + "o/content -o output.jsonl",
                        "/v1/files/file-" + chars + "e/content -o errors.jsonl",
                        "All lines ended by")
                .doesNotContain("Cancel batch", "sk-");
        batches.deleteResults(batches.taken(id));
        assertThat(page(id)).contains("The results are deleted.").doesNotContain("curl");
    }

    @Test
    void a_failed_batch_names_its_reason_by_code() {
        String faults = batch(
                "{\"faults\": [{\"code\": \"duplicate_custom_id\", \"line\": 1200, \"message\": \"Line 7 has it.\", \"param\": \"custom_id\"}]}");
        jobs.commit(new BatchChange.BatchEnded(faults, NODE, Job.State.FAILED, server.now()));
        assertThat(page(faults))
                .contains(
                        "The input file is not valid. No line ran and nothing was charged.",
                        "Line 7 has it.",
                        "1,200",
                        "duplicate_custom_id");
        Map<String, String> sentences = Map.of(
                "{\"reason\": {\"code\": \"input_gone\", \"message\": \"m\"}}",
                "The input file was gone before all lines had run.",
                "{\"reason\": {\"code\": \"too_many_errors\", \"message\": \"m\"}}",
                "The batch ended early because too many lines failed.",
                "{\"reason\": {\"code\": \"internal_error\", \"message\": \"m\"}}",
                "The servers that checked the lines stopped before the end.",
                "{\"reason\": {\"code\": \"insufficient_credits\", \"message\": \"m\"}}",
                "The service was restored from a copy",
                "{}",
                "The service was restored from a copy");
        sentences.forEach((details, sentence) -> {
            String id = batch(details);
            jobs.commit(new BatchChange.BatchEnded(id, NODE, Job.State.FAILED, server.now()));
            assertThat(page(id)).contains(sentence);
        });
        server.execute("UPDATE job_line SET sealed = x'09' WHERE line = 0");
        assertThat(page(faults)).contains("Its reason is no longer readable.");
    }

    @Test
    void a_batch_is_cancelled_at_once_or_when_its_running_lines_have_ended() {
        String waits = batch("{}");
        server.execute("UPDATE job SET node_id = '' WHERE id = '" + waits + "'");
        assertThat(ann.submit(path(waits), path(waits), Map.of("deed", "batch.cancel"))
                        .location())
                .isEqualTo(path(waits) + "?done=ended");
        assertThat(page(waits)).contains("badge warn\">cancelled").doesNotContain("Cancel batch");
        String runs = batch("{}");
        check(runs, 9);
        assertThat(ann.submit(path(runs), path(runs), Map.of("deed", "batch.cancel"))
                        .location())
                .isEqualTo(path(runs) + "?done=ends");
        assertThat(page(runs))
                .contains("being cancelled", "No more lines start.")
                .doesNotContain("Cancel batch");
        assertThat(ann.get("/dashboard/audit-log").body()).contains("cancelled the batch " + shown(runs));
        assertThat(server.number("SELECT COUNT(*) FROM account_log WHERE action = 'batch.cancel' AND account_id = '"
                        + account + "'"))
                .isEqualTo(2);
    }

    @Test
    void the_list_has_pages() {
        List<String> ids = Stream.generate(() -> {
                    String id = batch("{}");
                    jobs.commit(new BatchChange.BatchEnded(id, NODE, Job.State.COMPLETED, server.now()));
                    return id;
                })
                .limit(26)
                .toList();
        server.execute("UPDATE job SET created_at = created_at - 60000 WHERE id = '" + ids.getFirst() + "'");
        String first = ann.get("/dashboard/batches").body();
        assertThat(first).contains(path(ids.getLast()), "Older").doesNotContain(path(ids.getFirst()) + "\"");
        String before = dev.tollgate.testing.Asserts.found("before=(batch_[0-9A-Za-z]+)", first);
        assertThat(ann.get("/dashboard/batches?before=" + before).body())
                .contains(path(ids.getFirst()), "Newest")
                .doesNotContain("Older");
    }

    @Test
    void others_find_no_batch() {
        String id = batch("{}");
        assertThat(other.get(path(id)).status()).isEqualTo(404);
        assertThat(other.get("/dashboard/batches").body()).doesNotContain(shown(id));
        assertThat(other.get("/dashboard/find?q=" + shown(id)).location()).isEmpty();
        assertThat(ann.get("/dashboard/batches/batch_nothing").status()).isEqualTo(404);
    }
}
