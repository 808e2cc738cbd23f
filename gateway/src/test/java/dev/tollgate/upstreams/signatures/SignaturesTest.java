package dev.tollgate.upstreams.signatures;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Unit;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallsFixture;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Stores;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.pool.SignatureOrigins;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Signatures kept and found, over the real databases. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Order(14)
class SignaturesTest {

    private static final String MODEL = "m3";
    private static final String CHANNEL = "main";

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private CallsFixture store;
    private int tasks;

    @BeforeEach
    void open() {
        store = stores.open(folder, CallsFixture::new);
        store.account("acc_1", 1_000_000);
        store.account("acc_2", 1_000_000);
    }

    @AfterEach
    void close() {
        store.close();
    }

    // ---- kept and found ----

    @Test
    void what_was_signed_is_found_by_what_was_shown() {
        keep("acc_1", call("a", "{\"x\":1}", "SIG"), new SignedPart.Text("Hello.", "TEXT"));

        Message.Assistant message = said("Hello.", shown("a", "{\"x\":1}"));
        Replay replay = find("acc_1", message);

        assertThat(replay.signature(message.toolCalls().getFirst(), true)).isEqualTo("SIG");
        assertThat(replay.signature(message)).isEqualTo("TEXT");
        assertThat(replay.preferredChannel()).isEqualTo(CHANNEL);
        assertThat(replay.bytes()).isEqualTo(7);
    }

    @Test
    void it_is_there_after_a_restart() {
        keep("acc_1", call("a", "{}", "SIG"));
        store = store.reopened();

        assertThat(signature("acc_1", "a", "{}")).isEqualTo("SIG");
    }

    @Test
    void it_is_written_with_the_charge_or_not_at_all() {
        String task = task("acc_1");
        Settle settle = Ended.settle(task, 10, store.now());
        store.commit(Ended.release(task, store.now()));
        List<Change> late = new ArrayList<>(List.of(settle));
        late.addAll(store.signatures.keeping(settle, "acc_1", MODEL, CHANNEL, List.of(call("a", "{}", "SIG"))));

        store.writer.commitAndWait(Unit.of(late));

        assertThat(settle.resolved()).isFalse();
        assertThat(signature("acc_1", "a", "{}")).isNull();
    }

    @Test
    void the_same_call_again_has_the_latest_signature() {
        keep("acc_1", call("a", "{}", "OLD"));
        keep("acc_1", call("a", "{}", "NEW"));

        assertThat(signature("acc_1", "a", "{}")).isEqualTo("NEW");
        assertThat(rows()).isEqualTo(1);
    }

    /** Each in a unit of its own, and all of them in one batch or few. */
    @Test
    void many_answers_at_once_are_kept_each() {
        List<CompletableFuture<Unit>> commits = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String account = "acc_" + (1 + i % 2);
            Settle settle = Ended.settle(task(account), 10, store.now());
            List<Change> unit = new ArrayList<>(List.of(settle));
            unit.addAll(store.signatures.keeping(
                    settle, account, MODEL, CHANNEL, List.of(call("a" + i % 7, "{}", "S" + i % 7))));
            commits.add(store.writer.commit(Unit.of(unit)));
        }
        commits.forEach(CompletableFuture::join);

        for (int i = 0; i < 7; i++) {
            assertThat(signature("acc_1", "a" + i, "{}")).isEqualTo("S" + i);
            assertThat(signature("acc_2", "a" + i, "{}")).isEqualTo("S" + i);
        }
        assertThat(rows()).isEqualTo(14);
        assertThat(store.number("SELECT COUNT(DISTINCT place) FROM thought_signature WHERE account_id = 'acc_1'"))
                .isEqualTo(7);
    }

    @Test
    void an_id_of_the_upstream_s_is_kept_without_a_signature() {
        keep("acc_1", new SignedPart.Call("call_x", "f", "{}", false, "up1", null));

        Message.Assistant message = said(null, shown("call_x", "{}"));
        Message.ToolCall call = message.toolCalls().getFirst();
        Replay replay = find("acc_1", message);

        assertThat(replay.signature(call, false)).isNull();
        assertThat(replay.knows(call)).isTrue();
        assertThat(replay.upstreamId(call)).isEqualTo("up1");
        assertThat(replay.preferredChannel()).isNull();
    }

    @Test
    void origins_of_signatures_sent_by_the_caller_are_known() {
        keep("acc_1", new SignedPart.SentBack("c2ln+/8=", "c1"), new SignedPart.SentBack("b2xk", null));
        store = store.reopened();

        List<String> sentBack = List.of("b2xk", "c2ln-_8", "bm9ib2R5");
        SignatureOrigins origins = store.signatures.origins("acc_1", channel -> MODEL, sentBack);
        assertThat(origins.preferredChannel()).isEqualTo(CHANNEL);
        assertThat(sentBack).allMatch(signature -> origins.isGood(signature, CHANNEL, MODEL));
        assertThat(sentBack)
                .filteredOn(signature -> origins.isGood(signature, "another", MODEL))
                .containsExactly("bm9ib2R5");

        assertThat(origins.isOwnId("c2ln-_8", "c1", CHANNEL)).isTrue();
        assertThat(origins.isOwnId("c2ln-_8", "of-the-caller", CHANNEL)).isFalse();
        assertThat(origins.isOwnId("c2ln-_8", "c1", "another")).isFalse();
        assertThat(origins.isOwnId("b2xk", "", CHANNEL)).isFalse();

        SignatureOrigins otherModels = store.signatures.origins("acc_1", channel -> "another-model", sentBack);
        assertThat(otherModels.preferredChannel()).isNull();
        assertThat(sentBack)
                .filteredOn(signature -> otherModels.isGood(signature, CHANNEL, "another-model"))
                .containsExactly("bm9ib2R5");

        SignatureOrigins anothers = store.signatures.origins("acc_2", channel -> MODEL, sentBack);
        assertThat(sentBack).allMatch(signature -> anothers.isGood(signature, "another", MODEL));
    }

    // ---- whose it is ----

    @Test
    void another_account_finds_nothing_under_the_same_id() {
        keep("acc_1", call("a", "{}", "ONE"));
        keep("acc_2", call("a", "{}", "TWO"));

        assertThat(signature("acc_1", "a", "{}")).isEqualTo("ONE");
        assertThat(signature("acc_2", "a", "{}")).isEqualTo("TWO");
        assertThat(store.number("SELECT COUNT(DISTINCT print) FROM thought_signature"))
                .isEqualTo(2);
    }

    @Test
    void a_row_that_was_moved_to_another_account_or_call_does_not_open() {
        keep("acc_1", call("a", "{}", "SIG"), call("b", "{}", "OTHER"));
        Settle settle = Ended.settle(task("acc_1"), 10, store.now());
        SignaturesPart.Keep other = (SignaturesPart.Keep) store.signatures
                .keeping(settle, "acc_1", MODEL, CHANNEL, List.of(call("b", "{}", "OTHER")))
                .getFirst();
        String sealed = other.rows().getFirst().signature();
        store.commit(settle, new SignaturesPart.Keep(settle, "acc_1", List.of(row("a", sealed))));

        assertThat(signature("acc_1", "a", "{}")).isNull();
        assertThat(signature("acc_1", "b", "{}")).isEqualTo("OTHER");
    }

    @Test
    void it_is_good_for_its_model_and_channel_only() {
        keep("acc_1", call("a", "{}", "SIG"));
        Message.Assistant message = said(null, shown("a", "{}"));
        Message.ToolCall call = message.toolCalls().getFirst();

        Replay otherModel = store.signatures
                .find("acc_1", channel -> "m4", List.of(message))
                .onChannel(CHANNEL, "m4");
        assertThat(otherModel.signature(call, true)).isNull();
        assertThat(otherModel.preferredChannel()).isNull();
        assertThat(find("acc_1", message).onChannel("other", MODEL).signature(call, true))
                .isNull();
        assertThat(find("acc_1", message).onChannel(CHANNEL, MODEL).signature(call, true))
                .isEqualTo("SIG");
    }

    @Test
    void a_caller_s_own_signature_wins_unless_it_is_known_to_be_another_s() {
        keep("acc_1", call("a", "{}", "SIG"));
        Message.Assistant own = said(null, new Message.ToolCall("a", "f", "{}", "OWN"));
        Message.Assistant back = said(null, new Message.ToolCall("a", "f", "{}", "SIG"));

        assertThat(find("acc_1", own)
                        .onChannel("other", MODEL)
                        .signature(own.toolCalls().getFirst(), true))
                .isEqualTo("OWN");
        assertThat(find("acc_1", back)
                        .onChannel("other", MODEL)
                        .signature(back.toolCalls().getFirst(), true))
                .isNull();
        assertThat(find("acc_1", back)
                        .onChannel(CHANNEL, MODEL)
                        .signature(back.toolCalls().getFirst(), true))
                .isEqualTo("SIG");
    }

    // ---- what is the same call ----

    @Test
    void arguments_are_the_same_by_value() {
        String arguments = "{\"b\":[1.50,{\"y\":\"é\",\"x\":null}],\"a\":100,\"c\":12345678901234567890}";
        keep("acc_1", call("a", arguments, "SIG"));

        assertThat(signature(
                        "acc_1",
                        "a",
                        " { \"a\": 1e2, \"c\":12345678901234567890, \"b\": [ 1.5, {\"x\":null, \"y\":\"\\u00e9\"} ] }"))
                .isEqualTo("SIG");
        for (String other : List.of(
                "{}",
                "{\"b\":[1.50,{\"y\":\"é\",\"x\":null}],\"a\":\"100\",\"c\":12345678901234567890}",
                "{\"b\":[{\"y\":\"é\",\"x\":null},1.50],\"a\":100,\"c\":12345678901234567890}",
                "{\"b\":[1.50,{\"y\":\"é\",\"x\":null}],\"a\":100,\"c\":12345678901234567891}")) {
            assertThat(signature("acc_1", "a", other)).as(other).isNull();
        }
    }

    @Test
    void odd_arguments_are_no_trouble() {
        for (String arguments : List.of(
                "{\"a\":1e999999999}",
                "{\"a\":-0.0}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":1,\"a\":2}",
                "{\"\":{}}",
                "not json",
                "{\"a\":\"" + "x".repeat(100_000) + "\"}")) {
            keep("acc_1", call("a", arguments, "SIG"));
            assertThat(signature("acc_1", "a", arguments)).as(arguments).isEqualTo("SIG");
        }
    }

    @Test
    void parts_cannot_be_taken_for_each_other() {
        keep("acc_1", new SignedPart.Call("a", "f\0g", "{}", true, null, "SIG"), new SignedPart.Text("a", "TEXT"));

        assertThat(find("acc_1", said(null, new Message.ToolCall("a\0f", "g", "{}", null)))
                        .preferredChannel())
                .isNull();
    }

    // ---- limits ----

    @Test
    void an_account_s_share_is_bounded_and_the_oldest_go_first() {
        String large = "x".repeat(7_000); // sealed and in base64: 10 KiB
        for (int i = 0; i < 15; i++) {
            keep("acc_1", call("a" + i, "{}", large));
        }
        keep("acc_2", call("a0", "{}", "SIG"));

        long kept = store.number("SELECT COUNT(*) FROM thought_signature WHERE account_id = 'acc_1'");
        assertThat(kept * 10).isBetween(CallsFixture.SIGNATURES_KIB_MAX - 10, CallsFixture.SIGNATURES_KIB_MAX + 10);
        assertThat(signature("acc_1", "a0", "{}")).isNull();
        assertThat(signature("acc_1", "a14", "{}")).isEqualTo(large);
        assertThat(signature("acc_2", "a0", "{}")).isEqualTo("SIG");
    }

    @Test
    void many_small_ones_are_bounded_by_their_number() {
        for (int i = 0; i < 130; i++) {
            keep("acc_1", call("a" + i, "{}", "SIG"));
        }
        assertThat(rows()).isEqualTo(CallsFixture.SIGNATURES_KIB_MAX);
    }

    @Test
    void of_one_answer_so_many_are_kept_and_none_that_is_huge() {
        List<SignedPart> parts =
                new ArrayList<>(List.of(call("huge", "{}", "x".repeat(Signatures.SIGNATURE_CHARS_MAX + 1))));
        IntStream.range(0, 200).forEach(i -> parts.add(call("a" + i, "{}", "S")));
        String task = task("acc_1");
        Settle settle = Ended.settle(task, 10, store.now());

        SignaturesPart.Keep keep = (SignaturesPart.Keep)
                store.signatures.keeping(settle, "acc_1", MODEL, CHANNEL, parts).getFirst();

        assertThat(keep.rows()).hasSize(Signatures.PARTS_MAX);
        assertThat(store.signatures.keeping(settle, "acc_1", MODEL, CHANNEL, List.of()))
                .isEmpty();
    }

    @Test
    void a_long_history_is_looked_up_from_its_end() {
        keep("acc_1", call("first", "{}", "FIRST"), call("last", "{}", "LAST"));
        List<Message> messages = new ArrayList<>(List.of(said(null, shown("first", "{}"))));
        IntStream.range(0, Signatures.LOOKUPS_MAX).forEach(i -> messages.add(said(null, shown("x" + i, "{}"))));
        Message.Assistant last = said(null, shown("last", "{}"));
        messages.add(last);

        Replay replay =
                store.signatures.find("acc_1", channel -> MODEL, messages).onChannel(CHANNEL, MODEL);

        assertThat(replay.signature(last.toolCalls().getFirst(), true)).isEqualTo("LAST");
        assertThat(replay.signature(
                        ((Message.Assistant) messages.getFirst()).toolCalls().getFirst(), true))
                .isNull();
    }

    // ---- age ----

    @Test
    void what_is_not_used_for_thirty_days_is_forgotten() {
        keep("acc_1", call("old", "{}", "SIG"));
        keep("acc_1", call("used", "{}", "SIG"));
        store.advance(Duration.ofDays(20));
        assertThat(signature("acc_1", "used", "{}")).isEqualTo("SIG");
        store.commit(new SignaturesPart.Touch("acc_1", List.of(), store.now())); // behind the note of that use
        store.advance(Duration.ofDays(11));

        store.signatures.forgetOld();

        assertThat(signature("acc_1", "old", "{}")).isNull();
        assertThat(signature("acc_1", "used", "{}")).isEqualTo("SIG");
    }

    @Test
    void a_use_is_noted_once_a_day() {
        keep("acc_1", call("a", "{}", "SIG"));
        long written = store.number("SELECT used_at FROM thought_signature");
        store.advance(Duration.ofHours(23));
        signature("acc_1", "a", "{}");
        store.commit(new SignaturesPart.Touch("acc_1", List.of(), store.now()));
        assertThat(store.number("SELECT used_at FROM thought_signature")).isEqualTo(written);

        store.advance(Duration.ofHours(2));
        signature("acc_1", "a", "{}");
        store.commit(new SignaturesPart.Touch("acc_1", List.of(), store.now()));
        assertThat(store.number("SELECT used_at FROM thought_signature"))
                .isEqualTo(store.now().toEpochMilli());
    }

    @Test
    void many_old_ones_go_in_small_units() {
        for (int i = 0; i < 60; i++) {
            keep("acc_1", call("a" + i, "{}", "S"));
        }
        store.advance(Signatures.KEPT.plusMillis(1));
        SignaturesPart.Forget some = new SignaturesPart.Forget(store.now().minus(Signatures.KEPT), 50);
        assertThat(store.decide(some)).isEqualTo(50);

        store.signatures.forgetOld();

        assertThat(rows()).isZero();
    }

    // ---- when nothing is read ----

    @Test
    void only_requests_that_may_have_something_are_looked_up() {
        Message user = new Message.User(Place.NONE, List.of(new ContentPart.Text("?")));
        Message text = said("Hello.");
        Message calling = said(null, shown("a", "{}"));
        Message result = new Message.ToolResult(Place.NONE, "a", List.of());

        assertThat(Signatures.mayHave(List.of(user), true)).isFalse();
        assertThat(Signatures.mayHave(List.of(user, text, user), false)).isFalse();
        assertThat(Signatures.mayHave(List.of(user, text, user), true)).isTrue();
        assertThat(Signatures.mayHave(List.of(user, calling, result, user), false))
                .isFalse();
        assertThat(Signatures.mayHave(List.of(user, calling, result, user), true))
                .isTrue();
        assertThat(Signatures.mayHave(List.of(user, calling, result), false)).isTrue();
    }

    @Test
    void a_later_instruction_does_not_end_the_calls_turn() {
        Message user = new Message.User(Place.NONE, List.of(new ContentPart.Text("?")));
        Message later = new Message.User(Place.NONE, List.of(new ContentPart.Text("Be brief.")), true);
        Message result = new Message.ToolResult(Place.NONE, "a", List.of());
        assertThat(Signatures.mayHave(List.of(user, said(null, shown("a", "{}")), result, later), false))
                .isTrue();
        assertThat(Signatures.mayHave(List.of(user, later), false)).isFalse();
    }

    // ---- in few words ----

    private static SignedPart.Call call(String id, String arguments, String signature) {
        return new SignedPart.Call(id, "f", arguments, true, id, signature);
    }

    private static Message.ToolCall shown(String id, String arguments) {
        return new Message.ToolCall(id, "f", arguments, null);
    }

    private static Message.Assistant said(String text, Message.ToolCall... calls) {
        return new Message.Assistant(Place.NONE, text, List.of(calls), null);
    }

    private String task(String account) {
        String id = "t" + tasks++;
        store.reserve(id, account, 10, 10);
        return id;
    }

    private void keep(String account, SignedPart... parts) {
        Settle settle = Ended.settle(task(account), 10, store.now());
        List<Change> unit = new ArrayList<>(List.of(settle));
        unit.addAll(store.signatures.keeping(settle, account, MODEL, CHANNEL, List.of(parts)));
        store.writer.commitAndWait(Unit.of(unit));
    }

    private Replay find(String account, Message message) {
        return store.signatures
                .find(account, channel -> MODEL, List.of(message))
                .onChannel(CHANNEL, MODEL);
    }

    private String signature(String account, String id, String arguments) {
        Message.Assistant message = said(null, shown(id, arguments));
        return find(account, message).signature(message.toolCalls().getFirst(), true);
    }

    private SignaturesPart.Row row(String id, String sealed) {
        String print = new Prints(CallsFixture.SECRETS.printer(), "acc_1").call(id, "f", "{}");
        return new SignaturesPart.Row(
                print, MODEL, CHANNEL, true, id, sealed, store.now().toEpochMilli());
    }

    private long rows() {
        return store.number("SELECT COUNT(*) FROM thought_signature");
    }
}
