package dev.tollgate.books.tasks;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Reservation.OpenHold;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.books.tasks.Tasks.CloseTask;
import dev.tollgate.books.tasks.Tasks.FailAbandoned;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.StoreFixture;
import dev.tollgate.testing.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class TasksTest {

    @Parameter
    Stores stores;

    private static final TaskResult RESULT = new TaskResult(
            WrittenJson.of("{\"prompt_tokens\":194,\"total_tokens\":880}"),
            List.of("estimated", "clamped"),
            300L,
            WrittenJson.of("{\"price_version\":1,\"exact\":0.2509}"),
            null,
            null,
            WrittenJson.of("{\"reserved\":1200}"));

    @TempDir
    Path folder;

    StoreFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder);
        store.account("acc_1", 1_000_000);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_task_is_there_from_the_reservation_on() {
        admit("t1", 500_000);
        assertThat(store.tasks.find("acc_1", "t1"))
                .contains(new Task(
                        "t1",
                        "acc_1",
                        "key_1",
                        "chat",
                        "gemini-3-pro",
                        "gemini-3-pro",
                        "",
                        "",
                        CallLabels.NONE,
                        TaskStatus.PROCESSING,
                        StoreFixture.NOON,
                        null,
                        0,
                        TaskResult.NONE));
    }

    @Test
    void a_refused_call_has_no_task() {
        Reserve reserve = admit("t1", 1_000_001);
        assertThat(reserve.reserved()).isFalse();
        assertThat(store.tasks.find("acc_1", "t1")).isEmpty();
    }

    @Test
    void another_accounts_task_is_as_good_as_none() {
        admit("t1", 1);
        assertThat(store.tasks.find("acc_2", "t1")).isEmpty();
        assertThat(store.tasks.find("acc_1", "t2")).isEmpty();
    }

    @Test
    void a_task_ends_with_what_the_ledger_charged() {
        admit("t1", 500_000);
        store.advance(Duration.ofSeconds(3));
        end(new Settle("t1", 250_000, store.now()), TaskStatus.COMPLETED, RESULT);
        Task task = store.tasks.find("acc_1", "t1").orElseThrow();
        assertThat(task)
                .isEqualTo(new Task(
                        "t1",
                        "acc_1",
                        "key_1",
                        "chat",
                        "gemini-3.1-pro-preview",
                        "gemini-3-pro",
                        "",
                        "",
                        CallLabels.NONE,
                        TaskStatus.COMPLETED,
                        StoreFixture.NOON,
                        StoreFixture.NOON.plusSeconds(3),
                        250_000,
                        RESULT));
    }

    @Test
    void a_task_ends_once_and_with_the_change_that_ended_the_reservation() {
        admit("t1", 500_000);
        end(
                new Release("t1", Release.Why.RELEASE, store.now()),
                TaskStatus.FAILED,
                TaskResult.error("upstream_error", "x"));
        Settle late = new Settle("t1", 250_000, store.now());
        end(late, TaskStatus.COMPLETED, RESULT);
        assertThat(late.resolved()).isFalse();
        Task task = store.tasks.find("acc_1", "t1").orElseThrow();
        assertThat(task.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(task.chargeMicros()).isZero();
        assertThat(task.result().errorCode()).isEqualTo("upstream_error");
    }

    @Test
    void a_call_may_begin_and_end_in_one_batch() {
        Reserve reserve = store.reserveChange("t1", "acc_1", 10, 10);
        Settle settle = new Settle("t1", 4, store.now());
        store.commit(reserve, settle, new CloseTask(settle, TaskStatus.CANCELLED, "m", TaskResult.NONE));
        assertThat(store.tasks.find("acc_1", "t1").orElseThrow().status()).isEqualTo(TaskStatus.CANCELLED);
    }

    @Test
    void recovery_fails_the_tasks_whose_owner_has_died_and_no_other() {
        admit("t1", 10);
        admit("t2", 10);
        end(new Settle("t2", 5, store.now()), TaskStatus.COMPLETED, RESULT);
        store = store.reopened();
        ReleaseAbandoned expire = new ReleaseAbandoned(store.now());
        store.commit(expire, new FailAbandoned(expire));
        Task abandoned = store.tasks.find("acc_1", "t1").orElseThrow();
        assertThat(abandoned.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(abandoned.model()).isEqualTo("gemini-3-pro");
        assertThat(abandoned.result().errorCode()).isEqualTo("internal_error");
        assertThat(store.tasks.find("acc_1", "t2").orElseThrow().status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(store.number("SELECT COUNT(*) FROM open_hold")).isZero();
    }

    @Test
    void a_running_task_is_shown_with_nulls_where_nothing_is_known() {
        admit("t1", 500_000);
        assertThat(shown("t1")).isEqualTo("""
                        {"id":"t1","object":"task","status":"processing","model":"gemini-3-pro",\
                        "model_id":"gemini-3-pro","key":"key_1","team":null,"member":null,"tags":{},"end_user":null,"created_at":1795178096,\
                        "completed_at":null,"progress":null,"output":null,"usage":null,"usage_flags":[],\
                        "max_tokens_applied":null,"credits_consumed":0,"credits_refunded":0,"pricing_detail":null,"entries":[\
                        {"sequence":2,"kind":"reservation","amount":0.5,"from":"available","to":"reserved",\
                        "created_at":1795178096}],"error":null}""");
    }

    @Test
    void a_completed_task_is_shown_with_its_usage_price_and_entries() {
        admit("t1", 500_000);
        end(new Settle("t1", 250_001, store.now()), TaskStatus.COMPLETED, RESULT);
        assertThat(shown("t1"))
                .contains(
                        "\"output\":{\"usage\":{\"prompt_tokens\":194,\"total_tokens\":880}},\"usage\":{\"prompt_tokens\"")
                .contains(
                        "\"usage_flags\":[\"estimated\",\"clamped\"],\"max_tokens_applied\":300,"
                                + "\"credits_consumed\":0.250001,\"credits_refunded\":0,\"pricing_detail\":{\"price_version\":1,\"exact\":0.2509},")
                .contains(
                        "{\"sequence\":3,\"kind\":\"charge\",\"amount\":0.250001,\"from\":\"reserved\",\"to\":\"revenue\"")
                .contains("{\"sequence\":4,\"kind\":\"release\",\"amount\":0.249999,");
    }

    @Test
    void a_failed_task_is_shown_with_its_error_escaped() {
        admit("t1", 1);
        end(
                new Release("t1", Release.Why.RELEASE, store.now()),
                TaskStatus.FAILED,
                TaskResult.error("upstream_error", "said \"no\"\n"));
        assertThat(shown("t1")).endsWith("\"error\":{\"code\":\"upstream_error\",\"message\":\"said \\\"no\\\"\\n\"}}");
    }

    @Test
    void a_result_has_limits() {
        WrittenJson tooLong = WrittenJson.of("x".repeat(16_385));
        assertThatThrownBy(() -> new TaskResult(tooLong, List.of(), null, null, null, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TaskResult(null, List.of("two words"), null, null, null, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TaskResult(null, List.of(), null, null, "code", null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new CloseTask(new Settle("t1", 0, store.now()), TaskStatus.PROCESSING, "m", TaskResult.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Reserve admit(String id, long micros) {
        OpenHold hold = new OpenHold(id, "acc_1", "key_1", "chat", "gemini-3-pro", store.now());
        Reserve reserve = new Reserve(hold, micros, micros, () -> SpendLimits.NONE, () -> true);
        store.commit(reserve);
        return reserve;
    }

    private void end(Resolution resolution, TaskStatus status, TaskResult result) {
        store.commit(resolution, new CloseTask(resolution, status, "gemini-3.1-pro-preview", result));
    }

    private String shown(String id) {
        Task task = store.tasks.find("acc_1", id).orElseThrow();
        return new String(TaskJson.render(task, store.ledger.entries("acc_1", id)), StandardCharsets.UTF_8);
    }
}
