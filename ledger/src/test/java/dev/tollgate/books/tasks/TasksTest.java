package dev.tollgate.books.tasks;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.CallDetails;
import dev.tollgate.books.calls.CallDetails.Bill;
import dev.tollgate.books.calls.CallDetails.CallError;
import dev.tollgate.books.calls.CallDetails.Course;
import dev.tollgate.books.calls.CallDetails.Times;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.models.Model.UsageForm;
import dev.tollgate.models.PriceTerms;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Pricing.Rounding.Form;
import dev.tollgate.models.Usage;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Stores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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

    private static final Pricing PRICING =
            new Pricing("v1", 1_000_000, 2_000_000, false, new Pricing.Rounding(Form.FLOOR_TOTAL, 1, 0));

    @TempDir
    Path folder;

    BooksFixture store;

    @BeforeEach
    void open() {
        store = stores.open(folder, BooksFixture::new);
        store.account("acc_1", 1_000_000);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void a_task_is_there_from_the_reservation_on() {
        admit("t1", 500_000);
        Task task = store.tasks.find("acc_1", "t1").orElseThrow();
        assertThat(List.of(task.id(), task.accountId(), task.keyId(), task.door(), task.model(), task.modelId()))
                .containsExactly("t1", "acc_1", "key_1", "chat", "gemini-3-pro", "gemini-3-pro");
        assertThat(task.status()).isEqualTo(TaskStatus.PROCESSING);
        assertThat(task.createdAt()).isEqualTo(BooksFixture.NOON);
        assertThat(task.completedAt()).isNull();
        assertThat(task.heldMicros()).isEqualTo(500_000);
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
        store.commit(settle("t1", 250_000));
        Task task = store.tasks.find("acc_1", "t1").orElseThrow();
        assertThat(List.of(task.model(), task.modelId())).containsExactly("gemini-3.1-pro-preview", "gemini-3-pro");
        assertThat(task.status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(task.createdAt()).isEqualTo(BooksFixture.NOON);
        assertThat(task.completedAt()).isEqualTo(BooksFixture.NOON.plusSeconds(3));
        assertThat(task.chargeMicros()).isEqualTo(250_000);
        assertThat(task.heldMicros()).isEqualTo(500_000);
    }

    @Test
    void a_task_ends_once_and_with_the_change_that_ended_the_reservation() {
        admit("t1", 500_000);
        store.commit(Ended.release("t1", store.now()));
        Settle late = settle("t1", 250_000);
        store.commit(late);
        assertThat(late.resolved()).isFalse();
        Task task = store.tasks.find("acc_1", "t1").orElseThrow();
        assertThat(task.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(task.chargeMicros()).isZero();
        assertThat(error(task)).isEqualTo("upstream_error");
    }

    @Test
    void a_call_may_begin_and_end_in_one_batch() {
        Reserve reserve = store.reserveChange("t1", "acc_1", 10, 10);
        store.commit(reserve, Ended.settle("t1", 4, CallEnd.CANCELLED, "m", Usage.NONE, store.now()));
        assertThat(store.number("SELECT number FROM call")).isEqualTo(2);
        assertThat(store.tasks.find("acc_1", "t1").orElseThrow().status()).isEqualTo(TaskStatus.CANCELLED);
    }

    @Test
    void recovery_fails_the_tasks_whose_owner_has_died_and_no_other() {
        admit("t1", 10);
        admit("t2", 10);
        store.commit(settle("t2", 5));
        store = store.reopened();
        ReleaseAbandoned expire = new ReleaseAbandoned(store.now());
        store.commit(expire);
        Task abandoned = store.tasks.find("acc_1", "t1").orElseThrow();
        assertThat(abandoned.status()).isEqualTo(TaskStatus.FAILED);
        assertThat(abandoned.model()).isEqualTo("gemini-3-pro");
        assertThat(error(abandoned)).isEqualTo("internal_error");
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
                        "max_tokens_applied":null,"held":0.5,"credits_consumed":0,"credits_refunded":0,"pricing_detail":null,"entries":[],"error":null}""");
    }

    @Test
    void a_completed_task_is_shown_with_its_usage_price_and_charge() {
        price();
        admit("t1", 500_000);
        store.commit(settle("t1", 250_001));
        assertThat(shown("t1"))
                .contains(
                        "\"output\":{\"usage\":{\"prompt_tokens\":194,\"completion_tokens\":229,\"total_tokens\":880,")
                .contains(
                        "\"usage_flags\":[\"estimated\",\"clamped\"],\"max_tokens_applied\":300,\"held\":0.5,"
                                + "\"credits_consumed\":0.250001,\"credits_refunded\":0,\"pricing_detail\":{\"price_version\":\"v1\",")
                .contains("\"entries\":[{\"sequence\":2,\"kind\":\"charge\",\"amount\":0.250001,\"from\":\"available\","
                        + "\"to\":\"revenue\",\"created_at\":1795178096}]");
    }

    @Test
    void a_failed_task_is_shown_with_its_error_escaped() {
        admit("t1", 1);
        CallError error = new CallError("upstream_error", "said \"no\"\n");
        store.commit(new Release(
                "t1",
                new CallDetails(CallEnd.FAILED, null, error, 0, null, Times.NONE, null, Course.NONE),
                store.now()));
        assertThat(shown("t1")).endsWith("\"error\":{\"code\":\"upstream_error\",\"message\":\"said \\\"no\\\"\\n\"}}");
    }

    @Test
    void a_call_that_has_failed_has_an_error_and_no_other() {
        assertThatThrownBy(() -> new CallError("code", "x".repeat(4_097))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CallDetails(CallEnd.FAILED, null, null, 0, null, Times.NONE, null, Course.NONE))
                .isInstanceOf(IllegalArgumentException.class);
        CallError error = new CallError("code", "x");
        assertThatThrownBy(() -> new CallDetails(CallEnd.CUT, null, error, 0, null, Times.NONE, null, Course.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Reserve admit(String id, long micros) {
        OpenHold hold = new OpenHold(id, "acc_1", "key_1", "chat", "gemini-3-pro", store.now());
        Reserve reserve = new Reserve(hold, micros, micros, () -> SpendLimits.NONE, () -> true);
        store.commit(reserve);
        return reserve;
    }

    private void price() {
        store.execute(
                "INSERT INTO price (proof, version, kind, number, model_id, created_at, terms) VALUES (0, 'v1', 'file', 1, 'm', 1, '"
                        + PriceTerms.of(PRICING) + "')");
    }

    private Settle settle(String id, long chargeMicros) {
        Usage usage = Usage.of(194, 229, 457);
        Bill bill = new Bill("v1", store.now(), usage, UsageForm.TOKENS, ServiceTier.STANDARD, 0, chargeMicros);
        int flags = CallFlag.ESTIMATED.bit() | CallFlag.CLAMPED.bit();
        return new Settle(
                id,
                chargeMicros,
                new CallDetails(
                        CallEnd.COMPLETED, "gemini-3.1-pro-preview", null, flags, 300L, Times.NONE, bill, Course.NONE),
                store.now());
    }

    private static String error(Task task) {
        return Objects.requireNonNull(
                        Objects.requireNonNull(task.ended()).details().error())
                .code();
    }

    private String shown(String id) {
        Task task = store.tasks.find("acc_1", id).orElseThrow();
        return new String(TaskJson.render(task, store.ledger.entries("acc_1", id)), StandardCharsets.UTF_8);
    }
}
