package dev.tollgate.jobs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.KeysFixture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said of jobs (J34, J36). */
@Timeout(60)
class JobEventsTest {

    private static final KeyOwner OWNER = KeyOwner.account("key_1");
    private static final String RESPONSE = "chatcmpl-1";
    private static final String BATCH = "chatcmpl-2";

    @TempDir
    Path data;

    private KeysFixture store;
    private Jobs jobs;
    private final List<JobEvents.Event> told = new ArrayList<>();

    private void open(Stores stores) {
        store = new KeysFixture(
                stores == Stores.SQLITE ? BooksFixture.file(data) : BooksFixture.server(Postgres.migrated()),
                (_, event) -> told.add(event));
        store.account("acc_1", 1_000_000);
        jobs = new Jobs(store.database, store.writer, BooksFixture.SECRETS, store::now);
        jobs.accept(RESPONSE, "acc_1", OWNER, Job.Kind.RESPONSE, null, "", new byte[1]);
        new Batches(store.database, jobs, store::now)
                .accept(BATCH, "acc_1", OWNER, null, "", "/v1/embeddings", "input", Duration.ofDays(9), new byte[1]);
        store.execute("UPDATE job SET node_id = 'own'");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private List<String> names() {
        return told.stream().map(event -> event.name() + " " + event.jobId()).toList();
    }

    private void end(String node, Job.State state) {
        jobs.commit(new JobChange.Ended(RESPONSE, node, state, store.now(), new byte[1]));
        jobs.commit(new BatchChange.BatchEnded(BATCH, node, state, store.now()));
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void the_end_of_a_job_is_told_once(Stores stores) {
        open(stores);
        end("other", Job.State.FAILED);
        assertThat(told).as("of a server that has lost them").isEmpty();
        end("own", Job.State.FAILED);
        end("own", Job.State.FAILED);
        jobs.cancel("acc_1", OWNER, RESPONSE, true);
        jobs.cancel("acc_1", OWNER, BATCH, false);
        assertThat(told)
                .containsExactly(
                        new JobEvents.Event("acc_1", "response.failed", "resp_1", "resp_1", store.now()),
                        new JobEvents.Event("acc_1", "batch.failed", "batch_2", "batch_2", store.now()));
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void the_charge_of_a_response_is_its_end(Stores stores) {
        open(stores);
        JobParts.Claim claim = new JobParts.Claim(RESPONSE, "call_1", "own");
        store.writer.commitAndWait(Unit.of(claim));
        store.reserve("call_1", "acc_1", 300, 300);
        Settle settle = Ended.settle("call_1", 100, store.now());
        store.commit(settle, new JobChange.Charged(RESPONSE, settle, Job.State.INCOMPLETE));
        Settle again = Ended.settle("call_1", 100, store.now());
        store.commit(again, new JobChange.Charged(RESPONSE, again, Job.State.COMPLETED));
        assertThat(names()).containsExactly("response.incomplete resp_1");
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void an_interaction_is_told_by_its_own_name(Stores stores) {
        open(stores);
        jobs.accept("chatcmpl-3", "acc_1", OWNER, Job.Kind.INTERACTION, null, "", new byte[1]);
        store.execute("UPDATE job SET node_id = 'own'");
        store.writer.commitAndWait(Unit.of(new JobParts.Claim("chatcmpl-3", "call_1", "own")));
        store.reserve("call_1", "acc_1", 300, 300);
        Settle settle = Ended.settle("call_1", 100, store.now());
        store.commit(settle, new JobChange.Charged("chatcmpl-3", settle, Job.State.REQUIRES_ACTION));
        assertThat(names()).containsExactly("interaction.requires_action v1_3");
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_cancel_is_told_by_the_change_that_ends_the_job(Stores stores) {
        open(stores);
        jobs.cancel("acc_1", OWNER, RESPONSE, false);
        assertThat(told).as("its server ends it").isEmpty();
        end("own", Job.State.CANCELLED);
        assertThat(names()).containsExactly("response.cancelled resp_1", "batch.cancelled batch_2");
        told.clear();
        jobs.accept("chatcmpl-3", "acc_1", OWNER, Job.Kind.RESPONSE, null, "", new byte[1]);
        jobs.cancel("acc_1", OWNER, "chatcmpl-3", false);
        jobs.cancel("acc_1", OWNER, "chatcmpl-3", false);
        assertThat(names()).containsExactly("response.cancelled resp_3");
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_deletion_before_the_end_is_told_as_a_cancel(Stores stores) {
        open(stores);
        jobs.cancel("acc_1", OWNER, RESPONSE, true);
        end("own", Job.State.CANCELLED);
        jobs.accept("chatcmpl-3", "acc_1", OWNER, Job.Kind.INTERACTION, null, "", new byte[1]);
        jobs.cancel("acc_1", OWNER, "chatcmpl-3", true);
        jobs.cancel("acc_1", OWNER, "chatcmpl-3", true);
        assertThat(names())
                .containsExactly("response.cancelled resp_1", "batch.cancelled batch_2", "interaction.cancelled v1_3");
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_restore_tells_nobody(Stores stores) {
        open(stores);
        jobs.commit(new JobChange.Restored(store.now()));
        assertThat(store.number("SELECT COUNT(*) FROM job WHERE state = 'failed'"))
                .isEqualTo(2);
        assertThat(told).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_pause_has_one_id_an_hour_and_reason(Stores stores) {
        open(stores);
        pause(Job.Pause.CREDITS);
        pause(Job.Pause.CREDITS);
        pause(Job.Pause.LIMIT);
        pause(null);
        store.setNow(store.now().plus(Duration.ofHours(1)));
        pause(Job.Pause.CREDITS);
        assertThat(names()).containsOnly("batch.paused batch_2").hasSize(4);
        assertThat(told.stream().map(JobEvents.Event::id).distinct()).hasSize(3);
    }

    private void pause(Job.Pause pause) {
        for (String id : List.of(RESPONSE, BATCH)) {
            jobs.commit(new JobChange.Wait(id, "own", pause, store.now(), store.now(), 0, null));
        }
        store.execute("UPDATE job SET node_id = 'own'");
    }
}
