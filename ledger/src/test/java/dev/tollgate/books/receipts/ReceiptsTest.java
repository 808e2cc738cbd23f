package dev.tollgate.books.receipts;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallText;
import dev.tollgate.books.calls.OpenHold;
import dev.tollgate.books.ledger.Reserve;
import dev.tollgate.books.ledger.Resolution.Release;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.models.Usage;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Calls;
import dev.tollgate.testing.Ended;
import dev.tollgate.testing.Stores;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
class ReceiptsTest {

    private static final JsonMapper JSON = new JsonMapper();

    @Parameter
    Stores stores;

    @TempDir
    Path folder;

    private BooksFixture store;

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
    void a_receipt_says_who_paid_what_for_what() {
        charge("t1", "acc_1", 250_000);
        String receipt = store.receipts.find("acc_1", "t1").sign().getFirst();
        JsonNode json = JSON.readTree(receipt);
        String expected = "{\"account\":\"acc_1\",\"balance_after_micros\":750000,\"charge_micros\":250000,\"counts\":{"
                + "\"audio_tokens\":0,\"cached_audio_tokens\":0,\"cached_tokens\":0,\"completion_tokens\":4,"
                + "\"prompt_tokens\":3,\"reasoning_tokens\":5,\"searches\":0,\"tool_tokens\":0},\"due_micros\":250000,"
                + "\"end\":\"whole\",\"form\":3,\"held_micros\":250000,\"key\":\"key_1\",\"key_id\":"
                + json.get("key_id") + ",\"model\":\"gemini-3-pro\",\"previous_hash\":\""
                + "0".repeat(64)
                + "\",\"price_version\":\"test@1\",\"priced_at\":\"2026-11-20T12:34:56.789Z\",\"sequence\":1,\"signature\":"
                + json.get("signature")
                + ",\"step\":0,\"task_id\":\"t1\",\"tier\":\"standard\",\"time\":\"2026-11-20T12:34:56.789Z\"}";
        assertThat(receipt).isEqualTo(expected);
    }

    @Test
    void the_time_has_three_digits_of_milliseconds_even_where_they_are_zero() {
        store.setNow(BooksFixture.NOON.plusMillis(211));
        charge("t1", "acc_1", 1);
        assertThat(page("acc_1").getFirst()).contains("\"time\":\"2026-11-20T12:34:57.000Z\"");
    }

    @Test
    void the_balance_after_holds_what_running_calls_hold() {
        store.reserve("running", "acc_1", 400_000, 400_000);
        charge("t1", "acc_1", 250_000);
        assertThat(JSON.readTree(page("acc_1").getFirst())
                        .get("balance_after_micros")
                        .asLong())
                .isEqualTo(750_000);
    }

    @Test
    void each_account_has_a_chain_of_its_own() {
        store.account("acc_2", 1_000_000);
        charge("t1", "acc_1", 1);
        charge("t2", "acc_2", 1);
        charge("t3", "acc_1", 1);
        assertThat(sequences("acc_1")).containsExactly(1L, 2L);
        assertThat(sequences("acc_2")).containsExactly(1L);
        assertSound("acc_1", 2);
        assertSound("acc_2", 1);
    }

    @Test
    void what_was_not_charged_has_no_receipt() {
        charge("zero", "acc_1", 0);
        store.reserve("released", "acc_1", 10, 10);
        Release release = Ended.release("released", store.now());
        store.commit(release);
        Settle late = Ended.settle("released", 5, store.now());
        store.commit(late);
        assertThat(page("acc_1")).isEmpty();
    }

    @Test
    void a_second_settlement_writes_no_second_receipt() {
        charge("t1", "acc_1", 5);
        Settle again = Ended.settle("t1", 5, store.now());
        store.commit(again);
        assertSound("acc_1", 1);
    }

    @Test
    void a_charge_whose_unit_fails_leaves_no_gap() {
        charge("t1", "acc_1", 5);
        store.reserve("t2", "acc_1", 10, 10);
        Settle tooMuch = Ended.settle("t2", 11, store.now());
        assertThatThrownBy(() -> store.commit(tooMuch)).isInstanceOf(StoreException.class);
        charge("t3", "acc_1", 5);
        assertSound("acc_1", 2);
    }

    @Test
    void charges_that_commit_together_follow_each_other_without_gaps() {
        store.account("acc_2", 1_000_000);
        List<CompletableFuture<Unit>> waiting = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            String account = i % 3 == 0 ? "acc_2" : "acc_1";
            waiting.add(store.writer.commit(chargeUnit("t" + i, account, 1 + i)));
        }
        CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).join();
        assertSound("acc_1", 100);
        assertSound("acc_2", 50);
        assertThat(Calls.count(store::number, "charged_micros > 0")).isEqualTo(150);
    }

    @Test
    void a_chain_leads_over_a_thousand_calls_without_a_charge() {
        charge("t1", "acc_1", 1);
        for (int i = 0; i < 1_000; i += 100) {
            List<CompletableFuture<Unit>> waiting = new ArrayList<>();
            for (int j = i; j < i + 100; j++) {
                waiting.add(store.writer.commit(chargeUnit("free" + j, "acc_1", 0)));
            }
            CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).join();
        }
        charge("t2", "acc_1", 2);
        assertThat(sequences(store.receipts.page("acc_1", 1, 10).sign())).containsExactly(2L);
        assertSound("acc_1", 2);
    }

    @Test
    void a_receipt_stays_the_same_when_its_key_is_rotated() {
        charge("t1", "acc_1", 5);
        String before = page("acc_1").getFirst();
        store.execute("UPDATE api_key SET prefix = 'sk-other', name = 'other'");
        charge("t2", "acc_1", 5);
        assertThat(page("acc_1").getFirst()).isEqualTo(before);
        assertSound("acc_1", 2);
    }

    @Test
    void pages_follow_each_other() {
        for (int i = 1; i <= 5; i++) {
            charge("t" + i, "acc_1", i);
        }
        assertThat(sequences(store.receipts.page("acc_1", 0, 2).sign())).containsExactly(1L, 2L);
        assertThat(sequences(store.receipts.page("acc_1", 2, 2).sign())).containsExactly(3L, 4L);
        assertThat(sequences(store.receipts.page("acc_1", 4, 2).sign())).containsExactly(5L);
        assertThat(store.receipts.page("acc_1", 5, 2).sign()).isEmpty();
    }

    @Test
    void another_accounts_receipt_is_as_good_as_none() {
        charge("t1", "acc_1", 5);
        assertThat(store.receipts.find("acc_2", "t1").sign()).isEmpty();
        assertThat(store.receipts.find("acc_1", "t2").sign()).isEmpty();
    }

    @Test
    void the_chain_goes_on_after_a_restart_with_the_same_key() {
        charge("t1", "acc_1", 5);
        String before = page("acc_1").getFirst();
        store = store.reopened();
        charge("t2", "acc_1", 5);
        assertThat(page("acc_1").getFirst()).isEqualTo(before);
        assertSound("acc_1", 2);
        assertThat(keyIds()).hasSize(1);
    }

    @Test
    void a_retired_key_still_signs_what_it_has_promised_to() {
        charge("t1", "acc_1", 5);
        String before = page("acc_1").getFirst();
        store.advance(Duration.ofDays(1));
        store.commit(Receipts.nextKey(BooksFixture.SECRETS, new SecureRandom(), store.now()));
        charge("t2", "acc_1", 5);
        assertThat(page("acc_1").getFirst()).isEqualTo(before);
        assertSound("acc_1", 2);
        JsonNode keys = JSON.readTree(store.receipts.keys()).get("keys");
        assertThat(keys.get(0).get("retired_at").asLong()).isEqualTo(store.now().getEpochSecond());
        assertThat(keys.get(1).get("retired_at").isNull()).isTrue();
        assertThat(page("acc_1").get(1)).contains("\"key_id\":" + keys.get(1).get("key_id"));
        assertThat(head("acc_1")).contains("\"key_id\":" + keys.get(1).get("key_id"));
    }

    @Test
    void a_first_key_does_not_replace_one() {
        List<String> before = keyIds();
        store.commit(Receipts.firstKey(BooksFixture.SECRETS, new SecureRandom(), store.now()));
        assertThat(keyIds()).isEqualTo(before);
    }

    @Test
    void a_private_key_lies_sealed_and_opens_only_with_the_secret_key() {
        charge("t1", "acc_1", 5);
        Receipts stranger = new Receipts(store.database, new SecretBox("0".repeat(64), new SecureRandom()));
        assertThatThrownBy(() -> stranger.find("acc_1", "t1").sign()).isInstanceOf(StoreException.class);
    }

    @Test
    void a_name_that_is_no_text_does_not_hinder_a_charge() {
        store.reserve("t1", "acc_1", 10, 10);
        String model = CallText.stored("half \ud83d \"and\u0000\n");
        store.commit(Ended.settle("t1", 5, CallEnd.COMPLETED, model, Usage.NONE, store.now()));
        assertThat(page("acc_1").getFirst()).contains("\"model\":\"half ? \\\"and?\\n\"");
        assertSound("acc_1", 1);
    }

    @Test
    void the_head_of_an_account_without_charges_is_64_zeros() {
        JsonNode head = JSON.readTree(head("acc_1"));
        assertThat(head.get("sequence").asLong()).isZero();
        assertThat(head.get("hash").asString()).isEqualTo("0".repeat(64));
        assertSound("acc_1", 0);
    }

    @Test
    void shares_of_grants_are_at_most_the_charge_and_each_of_another_grant() {
        charge("t1", "acc_1", 5);
        String receipt = page("acc_1").getFirst();
        for (String right : List.of("1:5", "7:2 1:3", "12:1")) {
            paidBy(receipt, right).requireCharge();
        }
        for (String wrong : List.of("1:6", "1:3 2:3", "1:2 1:2", "0:1", "1:0", "", "1:1  2:1", "1", "x:1", "1:-1")) {
            assertThatThrownBy(() -> paidBy(receipt, wrong).requireCharge())
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("share");
        }
    }

    private static SignedObject paidBy(String receipt, String grants) {
        return SignedObject.receipt(receipt.replace("\"form\":3,", "\"form\":3,\"grants\":\"" + grants + "\",")
                .getBytes(StandardCharsets.UTF_8));
    }

    // ---- how it is said ----

    private void charge(String id, String account, long micros) {
        store.commit(chargeUnit(id, account, micros).changes().toArray(dev.tollgate.storage.Change[]::new));
    }

    private Unit chargeUnit(String id, String account, long micros) {
        Reserve reserve = new Reserve(
                new OpenHold(id, account, "key_1", "chat", "m", store.now()),
                micros,
                micros,
                () -> SpendLimits.NONE,
                () -> true);
        return Unit.of(
                reserve, Ended.settle(id, micros, CallEnd.COMPLETED, "gemini-3-pro", Usage.of(3, 4, 5), store.now()));
    }

    private List<String> page(String account) {
        return store.receipts.page(account, 0, Receipts.PAGE_MAX).sign();
    }

    private List<Long> sequences(String account) {
        return sequences(page(account));
    }

    private static List<Long> sequences(List<String> receipts) {
        return receipts.stream()
                .map(receipt -> JSON.readTree(receipt).get("sequence").asLong())
                .toList();
    }

    private String head(String account) {
        return store.receipts.head(account, store.now()).sign().getFirst();
    }

    private List<String> keyIds() {
        return JSON.readTree(store.receipts.keys())
                .get("keys")
                .valueStream()
                .map(key -> key.get("key_id").asString())
                .toList();
    }

    private void assertSound(String account, long receipts) {
        try {
            byte[] file =
                    (String.join("\n", page(account)) + (receipts > 0 ? "\n" : "")).getBytes(StandardCharsets.UTF_8);
            ReceiptFileCheck check = new ReceiptFileCheck(
                    PublicKeys.parse(Receipts.keys(store.database)),
                    head(account).getBytes(StandardCharsets.UTF_8));
            assertThat(check.check(new ByteArrayInputStream(file))).isEqualTo(new ReceiptFileCheck.Sound(receipts));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
