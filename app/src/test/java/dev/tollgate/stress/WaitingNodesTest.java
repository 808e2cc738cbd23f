package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.books.ledger.Grant;
import dev.tollgate.books.ledger.ReleaseAbandoned;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.replay.Answers.AnswerName;
import dev.tollgate.calls.replay.Answers.ForgetOld;
import dev.tollgate.calls.replay.ClaimKey;
import dev.tollgate.calls.replay.KeepAnswer;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyEdit;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.KeyState;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.HeldRows;
import dev.tollgate.testing.LedgerChecks;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two nodes that need the same rows in opposite order, stopped in the middle by a stranger who holds a row of each, so that the second
 * has what the first wants next if it is possible at all. {@link NoCircleTest} leaves the order to chance.
 */
@Timeout(240)
class WaitingNodesTest {

    private static final String HASH = "ab".repeat(32);

    private String url;
    private CallsFixture one;
    private CallsFixture two;
    private LogCapture log;

    @BeforeEach
    void open() {
        url = Postgres.migrated();
        one = CallsFixture.shared(url);
        two = CallsFixture.shared(url);
        for (String name : List.of("1", "2", "3", "4")) {
            one.account("acc_" + name, 1_000_000);
            one.key("key_" + name, "acc_" + name, KeySettings.named("key"));
        }
        log = new LogCapture();
    }

    @AfterEach
    void close() {
        log.close();
        assertThat(log.text()).doesNotContain("deadlock").doesNotContain("of work failed");
        LedgerChecks.assertCoherent(one);
        one.close();
        two.close();
    }

    /** While a stranger holds rows, each node begins and gets as far as it can; then the rows are let go. */
    private void cross(HeldRows held, List<Change> ofOne, List<Change> ofTwo) {
        CompletableFuture<Unit> first;
        CompletableFuture<Unit> second;
        try (held) {
            first = one.writer.commit(Unit.of(ofOne));
            held.awaitNoProgress(first);
            second = two.writer.commit(Unit.of(ofTwo));
            held.awaitNoProgress(first, second);
        }
        first.join();
        second.join();
    }

    private HeldRows held(String... sql) {
        return new HeldRows(url, sql);
    }

    // ---- keys ----

    @Test
    void a_use_of_a_key_that_is_noted_and_a_key_that_is_disabled() {
        KeyState key = new KeyState("key_1", two.now());
        Reserve reserve = new Reserve(
                new OpenHold("t1", "acc_1", "key_1", "chat", "m", two.now()),
                1,
                1,
                () -> SpendLimits.NONE,
                key::usable);
        cross(
                held("SELECT 1 FROM account WHERE id = 'acc_1' FOR UPDATE"),
                List.of(new Grant("acc_1", 1, "test", one.now()), KeyEdit.disable("key_1", true)),
                List.of(key, reserve));
        assertThat(one.keys.byId("key_1").orElseThrow().disabled()).isTrue();
        assertThat(one.keys.byId("key_1").orElseThrow().lastUsedAt()).isEqualTo(two.now());
    }

    @Test
    void keys_that_are_changed_in_opposite_order() {
        cross(
                held("SELECT 1 FROM api_key WHERE id IN ('key_3', 'key_4') FOR UPDATE"),
                List.of(disable("key_1"), disable("key_3"), disable("key_2")),
                List.of(disable("key_2"), disable("key_4"), disable("key_1")));
        assertThat(one.number("SELECT COUNT(*) FROM api_key WHERE disabled = 1"))
                .isEqualTo(4);
    }

    @Test
    void keys_that_are_used_on_the_node_that_changes_others_and_changed_on_the_other() {
        cross(
                held("SELECT 1 FROM api_key WHERE id IN ('key_1', 'key_2') FOR UPDATE"),
                with(use("t1", "4"), disable("key_1"), disable("key_3")),
                with(use("t2", "3"), disable("key_2"), disable("key_4")));
        assertThat(one.number("SELECT COUNT(*) FROM api_key WHERE disabled = 1"))
                .isEqualTo(4);
    }

    private List<Change> use(String id, String number) {
        return List.of(new KeyState("key_" + number, one.now()), reserve(id, number));
    }

    private static List<Change> with(List<Change> some, Change... more) {
        return Stream.concat(some.stream(), Stream.of(more)).toList();
    }

    private static Change disable(String key) {
        return KeyEdit.disable(key, true);
    }

    /** A whole row is written: it must not be written from what was there before the other node's change. */
    @Test
    void a_key_that_is_disabled_on_one_node_stays_so_when_it_is_renamed_on_the_other_at_the_same_time() {
        cross(
                held("SELECT 1 FROM api_key WHERE id = 'key_1' FOR UPDATE"),
                List.of(disable("key_1")),
                List.of(KeyEdit.set("key_1", settings -> KeySettings.named("new name"))));
        Key key = one.keys.byId("key_1").orElseThrow();
        assertThat(key.disabled()).isTrue();
        assertThat(key.settings().name()).isEqualTo("new name");
    }

    // ---- the ledger ----

    @Test
    void accounts_that_are_made_in_opposite_order() {
        cross(
                held("INSERT INTO account (id, name, created_at) VALUES ('acc_m1', 'x', 0), ('acc_m2', 'x', 0)"),
                List.of(create("acc_a"), create("acc_m1"), create("acc_z")),
                List.of(create("acc_z"), create("acc_m2"), create("acc_a")));
        assertThat(one.number("SELECT COUNT(*) FROM account WHERE name = 'New'"))
                .isEqualTo(4);
    }

    private CreateAccount create(String id) {
        return new CreateAccount(id, "New", one.now());
    }

    /** Each node was taken for dead by the other, finds it out only now, and gives back what the other would settle. */
    @Test
    void nodes_that_take_each_other_for_dead() {
        for (String id : List.of("r0", "r1", "r2")) {
            one.reserve(id, "acc_1", 10, 10);
        }
        CompletableFuture<Unit> first;
        CompletableFuture<Unit> second;
        try (HeldRows zero = held("SELECT 1 FROM open_hold WHERE id = 'r0' FOR UPDATE")) {
            try (HeldRows held = held("SELECT 1 FROM open_hold WHERE id = 'r1' FOR UPDATE")) {
                first = one.writer.commit(Unit.of(settle("r0"), settle("r1"), new ReleaseAbandoned(one.now())));
                held.awaitNoProgress(first);
            }
            second = two.writer.commit(Unit.of(settle("r2"), new ReleaseAbandoned(two.now())));
            zero.awaitNoProgress(first, second);
        }
        first.join();
        second.join();
        assertThat(one.balance("acc_1").reservedMicros()).isZero();
    }

    private Settle settle(String id) {
        return Ended.settle(id, 5, one.now());
    }

    // ---- kept answers ----

    @Test
    void stored_responses_are_kept_and_old_responses_are_removed() {
        for (int i = 1; i <= 4; i++) {
            answer("old" + i, "acc_" + i);
            one.advance(Duration.ofSeconds(1));
        }
        claim("new1", "acc_3");
        claim("new2", "acc_4");
        claim("new3", "acc_1");
        List<Change> keeps = new ArrayList<>(keep("new1", "acc_3"));
        keeps.addAll(keep("new2", "acc_4"));
        keeps.addAll(keep("new3", "acc_1"));
        ForgetOld forget = new ForgetOld(one.now(), 3);
        cross(
                held("SELECT 1 FROM answer_share WHERE account_id IN ('acc_2', 'acc_4') FOR UPDATE"),
                List.of(forget),
                keeps);
        assertThatSharesAreTheSumsOfTheirAnswers();
    }

    @Test
    void old_answers_that_two_nodes_forget_at_the_same_time_leave_a_share_once() {
        answer("old1", "acc_1");
        answer("old2", "acc_1");
        one.advance(Duration.ofSeconds(1));
        ForgetOld first = new ForgetOld(one.now(), 1);
        ForgetOld second = new ForgetOld(one.now(), 1);
        cross(held("SELECT 1 FROM answer_share FOR UPDATE"), List.of(first), List.of(second));
        assertThat(Stream.concat(first.outcome().stream(), second.outcome().stream()))
                .doesNotHaveDuplicates();
        assertThatSharesAreTheSumsOfTheirAnswers();
        one.decide(new ForgetOld(one.now(), 10));
        assertThat(one.number("SELECT COUNT(*) FROM kept_answer")).isZero();
        assertThatSharesAreTheSumsOfTheirAnswers();
    }

    private void assertThatSharesAreTheSumsOfTheirAnswers() {
        assertThat(one.number("SELECT COUNT(*) FROM answer_share s WHERE bytes <>"
                        + " (SELECT COALESCE(SUM(bytes), 0) FROM kept_answer a WHERE a.account_id = s.account_id)"))
                .isZero();
    }

    private List<Change> keep(String id, String account) {
        Settle settle = settle(id);
        return List.of(settle, KeepAnswer.kept(settle, account, 100, HASH, null));
    }

    private void claim(String id, String account) {
        ClaimKey claim = new ClaimKey(new AnswerName("key_1", id), "body", id, account, one.now());
        one.commit(
                claim,
                new Reserve(
                        new OpenHold(id, account, "key_1", "chat", "m", one.now()),
                        10,
                        10,
                        () -> SpendLimits.NONE,
                        claim::won));
    }

    private void answer(String id, String account) {
        claim(id, account);
        one.writer.commitAndWait(Unit.of(keep(id, account)));
    }

    // ---- signatures ----

    @Test
    void signatures_that_are_kept_and_used() {
        signed("acc_1");
        signed("acc_2");
        one.advance(Duration.ofDays(2));
        two.advance(Duration.ofDays(2));
        one.commit(reserve("t1", "2"), reserve("t2", "1"));
        CompletableFuture<Unit> first;
        CompletableFuture<Unit> second;
        try (HeldRows held = held("SELECT 1 FROM signature_share FOR UPDATE")) {
            first = usedAndKept(one, "acc_1", "t1", "acc_2", CompletableFuture.completedFuture(null));
            held.awaitNoProgress(first);
            second = usedAndKept(two, "acc_2", "t2", "acc_1", first);
            held.awaitNoProgress(first, second);
        }
        first.join();
        second.join();
        assertThat(one.number("SELECT COUNT(*) FROM thought_signature WHERE used_at = "
                        + one.now().toEpochMilli()))
                .isEqualTo(2);
    }

    /** In one batch, since a stranger keeps the node at another one until both are there. */
    private CompletableFuture<Unit> usedAndKept(
            CallsFixture node, String used, String task, String account, CompletableFuture<?> other) {
        Settle settle = Ended.settle(task, 5, node.now());
        List<Change> changes = new ArrayList<>(List.of(settle));
        changes.addAll(node.signatures.keeping(settle, account, "m", "main", parts()));
        try (HeldRows busy = held("SELECT 1 FROM api_key WHERE id = 'key_3' FOR UPDATE")) {
            CompletableFuture<Unit> before = node.writer.commit(Unit.of(disable("key_3")));
            busy.awaitNoProgress(other, before);
            node.signatures.find(used, channel -> "m", List.of(new Message.Assistant(Place.NONE, null, shown(), null)));
            return node.writer.commit(Unit.of(changes));
        }
    }

    private Reserve reserve(String id, String number) {
        return new Reserve(
                new OpenHold(id, "acc_" + number, "key_" + number, "chat", "m", one.now()),
                10,
                10,
                () -> SpendLimits.NONE,
                () -> true);
    }

    private void signed(String account) {
        one.commit(reserve("signed" + account, account.substring(4)));
        Settle settle = settle("signed" + account);
        List<Change> changes = new ArrayList<>(List.of(settle));
        changes.addAll(one.signatures.keeping(settle, account, "m", "main", parts()));
        one.writer.commitAndWait(Unit.of(changes));
    }

    private static List<SignedPart> parts() {
        return List.of(new SignedPart.Call("call", "f", "{}", true, null, "SIG"));
    }

    private static List<Message.ToolCall> shown() {
        return List.of(new Message.ToolCall("call", "f", "{}", null));
    }
}
