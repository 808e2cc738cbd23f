package dev.tollgate.jobs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.jobs.JobChange.Cancelled;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.KeyView;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class SeenJobsTest {

    private static final byte[] DETAILS = """
            {"notes": [{"code": "no_flex", "name": "one", "lines": 3, "percent": 0}], "faults": [{"code": "empty_file", "line": null, "message": "No lines.", "param": null}],
             "reason": {"code": "input_gone", "message": "Gone."}, "metadata": {"secret": "yes"}}""".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path data;

    private KeysFixture store;
    private Jobs jobs;
    private Batches batches;
    private SeenJobs seen;

    private void open(Stores stores) {
        store = stores == Stores.SQLITE ? new KeysFixture(data) : KeysFixture.shared(Postgres.migrated());
        store.account("acc_1", 1_000_000);
        store.account("acc_2", 1_000_000);
        store.key("key_1", "acc_1", KeySettings.named("one"));
        store.ownedKey("key_2", "acc_1", "mem_1", "");
        store.ownedKey("key_3", "acc_1", "", "team_1");
        jobs = new Jobs(store.database, store.writer, BooksFixture.SECRETS, store::now);
        batches = new Batches(store.database, jobs, store::now);
        seen = new SeenJobs(store.database, jobs, store::now);
    }

    @AfterEach
    void close() {
        if (store != null) { // else the test needs no database
            store.close();
        }
    }

    private void accept(String id, KeyOwner owner) {
        batches.accept(id, "acc_1", owner, null, "body", "/v1/embeddings", "input", Duration.ofDays(9), DETAILS);
    }

    private List<String> list(KeyView view, String originId, String before, int most) {
        return seen.batches("acc_1", view, originId, before, most).stream()
                .map(Batch::id)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_member_sees_the_batches_of_the_keys_whose_calls_it_sees(Stores stores) {
        open(stores);
        accept("chatcmpl-1", KeyOwner.account("key_1"));
        accept("chatcmpl-2", new KeyOwner("mem_1", "", "key_2"));
        accept("chatcmpl-3", new KeyOwner("", "team_1", "key_3"));
        assertThat(list(KeyView.ALL, null, null, 9)).containsExactly("chatcmpl-3", "chatcmpl-2", "chatcmpl-1");
        KeyView member = new KeyView(false, "mem_1", Set.of());
        assertThat(list(member, null, null, 9)).containsExactly("chatcmpl-2");
        assertThat(list(new KeyView(false, "mem_2", Set.of("team_1")), null, null, 9))
                .containsExactly("chatcmpl-3");
        assertThat(seen.batch("acc_1", member, "chatcmpl-2")).isNotNull();
        assertThat(seen.batch("acc_1", member, "chatcmpl-1")).isNull();
        assertThat(seen.batch("acc_2", KeyView.ALL, "chatcmpl-1")).isNull();
        // the key is moved: its new owner sees what it has begun
        store.key("key_4", "acc_1", KeySettings.named("four"));
        store.execute("UPDATE api_key SET team_id = 'team_2', origin_id = 'key_2' WHERE id = 'key_4'");
        assertThat(list(new KeyView(false, "", Set.of("team_2")), null, null, 9))
                .containsExactly("chatcmpl-2");
        assertThat(seen.open("acc_1", "key_2")).isEqualTo(new SeenJobs.OfKey(1, 0, 0));
        jobs.accept(
                "chatcmpl-4", "acc_1", new KeyOwner("mem_1", "", "key_2"), Job.Kind.INTERACTION, null, "", new byte[1]);
        assertThat(seen.open("acc_1", "key_2")).isEqualTo(new SeenJobs.OfKey(1, 0, 1));
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void batches_are_paged_and_filtered_by_key(Stores stores) {
        open(stores);
        accept("chatcmpl-1", KeyOwner.account("key_1"));
        accept("chatcmpl-2", new KeyOwner("mem_1", "", "key_2"));
        accept("chatcmpl-3", KeyOwner.account("key_1"));
        assertThat(list(KeyView.ALL, null, null, 2)).containsExactly("chatcmpl-3", "chatcmpl-2");
        assertThat(list(KeyView.ALL, null, "chatcmpl-2", 2)).containsExactly("chatcmpl-1");
        assertThat(list(KeyView.ALL, "key_1", null, 9)).containsExactly("chatcmpl-3", "chatcmpl-1");
        store.execute("UPDATE job SET gone_at = 0 WHERE id = 'chatcmpl-3'");
        assertThat(list(KeyView.ALL, null, null, 9)).containsExactly("chatcmpl-2", "chatcmpl-1");
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void lines_are_counted_by_what_they_do(Stores stores) {
        open(stores);
        accept("chatcmpl-1", KeyOwner.account("key_1"));
        store.execute("UPDATE job SET node_id = 'node_1'");
        store.execute("UPDATE batch SET started_at = 1, lines = 9");
        for (long line = 1; line <= 2; line++) {
            store.writer.commitAndWait(Unit.of(new JobParts.Claim("chatcmpl-1", line, line, "call_" + line, "node_1")));
        }
        for (long line = 3; line <= 5; line++) {
            int status = line == 5 ? 404 : 400;
            jobs.commit(new BatchChange.LineRefused("chatcmpl-1", "node_1", line, 0, status, new byte[] {1}, 7));
        }
        Batch batch = seen.batch("acc_1", KeyView.ALL, "chatcmpl-1");
        assertThat(seen.lines(batch)).isEqualTo(new SeenJobs.Lines(2, Map.of(400, 2L, 404, 1L)));
        SeenJobs.Open job = seen.open(null, 9).getFirst();
        assertThat(List.of(job.lines(), job.ended(), job.running(), job.waiting()))
                .containsExactly(9L, 3L, 2L, 4L);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void people_cancel_a_job_and_the_operator_lists_the_oldest_first(Stores stores) {
        open(stores);
        accept("chatcmpl-1", new KeyOwner("mem_1", "", "key_2"));
        accept("chatcmpl-2", KeyOwner.account("key_1"));
        assertThat(seen.open(null, 9).stream().map(it -> it.job().id())).containsExactly("chatcmpl-1", "chatcmpl-2");
        assertThat(seen.open("chatcmpl-1", 9).stream().map(it -> it.job().id())).containsExactly("chatcmpl-2");
        JobChange.Cancel others = seen.cancelling("acc_2", "chatcmpl-1");
        JobChange.Cancel cancel = seen.cancelling("acc_1", "chatcmpl-1");
        store.writer.commitAndWait(Unit.of(others, cancel));
        assertThat(List.of(others.outcome(), cancel.outcome())).containsExactly(Cancelled.UNKNOWN, Cancelled.NOW);
        assertThat(seen.open("chatcmpl-1")).isNull();
        assertThat(seen.batch("acc_1", KeyView.ALL, "chatcmpl-1").status()).isEqualTo(Batch.Status.CANCELLED);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void remarks_are_read_without_what_the_caller_sent(Stores stores) {
        open(stores);
        accept("chatcmpl-1", KeyOwner.account("key_1"));
        BatchRemarks remarks = seen.remarks(seen.batch("acc_1", KeyView.ALL, "chatcmpl-1"));
        assertThat(remarks)
                .isEqualTo(new BatchRemarks(
                        List.of(new BatchNote(BatchNote.Code.NO_FLEX, "one", 3, 0)),
                        List.of(new BatchRemarks.Fault("empty_file", null, "No lines.", null)),
                        new BatchRemarks.Reason("input_gone", "Gone.")));
        store.execute("UPDATE job_line SET sealed = ? WHERE line = 0", new byte[] {9});
        assertThat(seen.remarks(seen.batch("acc_1", KeyView.ALL, "chatcmpl-1"))).isNull();
    }

    @Test
    void a_response_is_no_brief_one_after_a_clock_was_set_back() {
        Instant made = Instant.parse("2026-11-29T12:00:00Z");
        String id = "chatcmpl-20261129120000000000000aaaaaaaa";

        assertThat(SeenJobs.isBrief(id, made.minus(Duration.ofHours(25)).toEpochMilli()))
                .isFalse();
        assertThat(SeenJobs.isBrief(id, made.minus(Duration.ofDays(29)).toEpochMilli()))
                .isTrue();
        assertThat(SeenJobs.isBrief("interaction of a caller", 0)).isFalse();
    }
}
