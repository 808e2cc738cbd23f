package dev.tollgate.books.receipts;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.models.Usage;
import dev.tollgate.testing.BooksFixture;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Ended;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done to receipts after they were given out is found. */
class ReceiptFileCheckTest {

    private static final String NO_HEAD = null;
    private static final byte[] FLIPS = {0x01, 0x20, (byte) 0x80};
    private static final byte[] NONE = {};

    /** From one place that is changed to the next: each change costs two signatures. */
    private static final int STEP = Effort.of(11, 1);

    private static List<String> lines;
    private static List<String> another;
    private static String head;
    private static String anothersHead;
    private static String emptyHead;
    private static PublicKeys keys;

    @BeforeAll
    static void charge(@TempDir Path folder) {
        try (BooksFixture store = new BooksFixture(folder)) {
            emptyHead = store.receipts.head("acc_1", store.now()).sign().getFirst();
            lines = charge(store, "acc_1");
            another = charge(store, "acc_2");
            head = store.receipts.head("acc_1", store.now()).sign().getFirst();
            anothersHead = store.receipts.head("acc_2", store.now()).sign().getFirst();
            keys = PublicKeys.parse(store.receipts.keys());
        }
    }

    private static List<String> charge(BooksFixture store, String account) {
        store.account(account, 1_000);
        for (int i = 1; i <= 5; i++) {
            String id = account + "-" + i;
            store.reserve(id, account, 10, 10);
            store.commit(Ended.settle(id, i, CallEnd.COMPLETED, "gemini – \"3\"", Usage.of(3, 4, 0), store.now()));
        }
        return store.receipts.page(account, 0, 10).sign();
    }

    @Test
    void an_unchanged_file_is_sound() {
        assertThat(check(file(lines), head)).isEqualTo(new ReceiptFileCheck.Sound(5));
        assertThat(check(file(lines), NO_HEAD)).isEqualTo(new ReceiptFileCheck.Sound(5));
        assertThat(check(new byte[0], emptyHead)).isEqualTo(new ReceiptFileCheck.Sound(0));
    }

    @Test
    void a_last_line_may_have_no_line_feed_and_a_head_may_have_one() {
        byte[] file = file(lines);
        assertThat(check(Arrays.copyOf(file, file.length - 1), head + "\n")).isEqualTo(new ReceiptFileCheck.Sound(5));
    }

    @Test
    void a_changed_byte_is_found_wherever_it_is_and_its_line_is_named() {
        byte[] file = file(lines.subList(0, 2));
        int line = 1;
        for (int i = 0; i < file.length; i++) {
            for (byte bits : i % STEP == 0 ? FLIPS : NONE) {
                byte[] changed = file.clone();
                changed[i] ^= bits;
                assertThat(check(changed, NO_HEAD))
                        .as("byte %d, bits %d", i, bits)
                        .isInstanceOfSatisfying(ReceiptFileCheck.Wrong.class, wrongIn(line));
            }
            line += file[i] == '\n' ? 1 : 0;
        }
    }

    @Test
    void a_byte_that_is_missing_is_found() {
        byte[] file = file(lines.subList(0, 2));
        for (int i = 0; i < file.length - 1; i += STEP) {
            byte[] shorter = new byte[file.length - 1];
            System.arraycopy(file, 0, shorter, 0, i);
            System.arraycopy(file, i + 1, shorter, i, shorter.length - i);
            assertThat(check(shorter, NO_HEAD)).as("byte %d", i).isInstanceOf(ReceiptFileCheck.Wrong.class);
        }
    }

    @Test
    void a_byte_that_was_put_in_is_found() {
        byte[] file = file(lines.subList(0, 2));
        for (int i = 0; i <= file.length; i += STEP) {
            for (char added : " \n".toCharArray()) {
                ByteArrayOutputStream longer = new ByteArrayOutputStream();
                longer.write(file, 0, i);
                longer.write(added);
                longer.write(file, i, file.length - i);
                assertThat(check(longer.toByteArray(), NO_HEAD))
                        .as("byte %d, %d", i, (int) added)
                        .isInstanceOf(ReceiptFileCheck.Wrong.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void a_missing_line_is_found_where_it_belongs(int missing) {
        List<String> fewer = new ArrayList<>(lines);
        fewer.remove(missing - 1);
        assertWrong(fewer, null, "line " + missing + ": not the receipt number " + missing);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void a_doubled_line_is_found(int doubled) {
        List<String> more = new ArrayList<>(lines);
        more.add(doubled, lines.get(doubled - 1));
        assertWrong(more, head, "line " + (doubled + 1) + ": not the receipt number " + (doubled + 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void swapped_lines_are_found(int first) {
        List<String> swapped = new ArrayList<>(lines);
        Collections.swap(swapped, first - 1, first);
        assertWrong(swapped, null, "line " + first + ": not the receipt number " + first);
    }

    @Test
    void a_line_of_another_account_is_found_although_its_signature_is_good() {
        List<String> mixed = new ArrayList<>(lines);
        mixed.set(2, another.get(2));
        assertWrong(mixed, null, "line 3: another account's receipt");
    }

    @Test
    void a_chain_signed_again_from_the_middle_does_not_follow() {
        String forked = lines.get(1).replaceFirst("(\"previous_hash\":\")[0-9a-f]{64}", "$1" + "a".repeat(64));
        assertWrong(List.of(lines.get(0), forked), null, "line 2: it does not follow the receipt before it");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void an_end_that_was_cut_off_is_found_with_the_head_only(int left) {
        List<String> cut = lines.subList(0, left);
        assertThat(check(file(cut), NO_HEAD)).isEqualTo(new ReceiptFileCheck.Sound(left));
        assertWrong(cut, head, "line " + (left + 1) + ": missing; the head counts 5 receipts");
    }

    @Test
    void receipts_may_have_come_after_the_head() {
        assertThat(check(file(lines), emptyHead)).isEqualTo(new ReceiptFileCheck.Sound(5));
    }

    @Test
    void a_head_of_another_account_does_not_fit() {
        assertWrong(lines, anothersHead, "the head: another account's");
    }

    @Test
    void a_changed_byte_in_the_head_is_found() {
        byte[] bytes = head.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i += STEP) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;
            assertThat(check(file(lines), changed))
                    .as("byte %d", i)
                    .isInstanceOfSatisfying(ReceiptFileCheck.Wrong.class, wrong -> assertThat(wrong.sentence())
                            .startsWith("the head: "));
        }
    }

    @Test
    void a_head_is_no_receipt_and_a_receipt_no_head() {
        assertWrong(List.of(head), null, "line 1: not the fields that it should have");
        assertWrong(lines, lines.getLast(), "the head: not the fields that it should have");
    }

    @Test
    void what_another_installation_has_signed_is_not_ours() throws IOException {
        SigningKey stranger = SigningKey.random(BooksFixture.SECRETS, new SecureRandom(), BooksFixture.NOON);
        PublicKeys others = PublicKeys.parse(SigningKeys.json(List.of(stranger)));
        assertThat(new ReceiptFileCheck(others, null).check(new ByteArrayInputStream(file(lines))))
                .isEqualTo(new ReceiptFileCheck.Wrong("line 1: signed with a key that is not among those given"));
        String ours = new Signer(List.of(stranger), BooksFixture.SECRETS)
                .sign(bodyOf(lines.getFirst()).replaceFirst("sig_[0-9a-f]{16}", stranger.id()));
        assertThat(new ReceiptFileCheck(others, null).check(new ByteArrayInputStream(file(List.of(ours)))))
                .isEqualTo(new ReceiptFileCheck.Sound(1));
    }

    @Test
    void a_line_of_any_length_is_read_within_limits() {
        byte[] endless = new byte[ReceiptFileCheck.LINE_BYTES_MAX * 3];
        Arrays.fill(endless, (byte) ' ');
        assertThat(check(endless, NO_HEAD)).isInstanceOfSatisfying(ReceiptFileCheck.Wrong.class, wrongIn(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"keys\":1}",
                "{\"keys\":[]}",
                "{\"keys\":[{\"key_id\":\"a\"}]}",
                "{\"keys\":[{\"key_id\":\"a\",\"algorithm\":\"Ed25519\",\"public_key\":\"AA==\"}]}",
                "{\"keys\":[{\"key_id\":\"a\",\"algorithm\":\"Ed25519\",\"public_key\":\"?\"}]}",
                "{\"keys\":[{\"key_id\":\"a\",\"algorithm\":\"RSA\",\"public_key\":"
                        + "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}]}",
                "{\"keys\":[{\"key_id\":"
            })
    void keys_that_are_none_are_refused(String json) {
        assertThatThrownBy(() -> PublicKeys.parse(json)).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- how it is said ----

    private static void assertWrong(List<String> receipts, String head, String sentence) {
        assertThat(check(file(receipts), head)).isEqualTo(new ReceiptFileCheck.Wrong(sentence));
    }

    private static java.util.function.Consumer<ReceiptFileCheck.Wrong> wrongIn(int line) {
        return wrong -> assertThat(wrong.sentence()).startsWith("line " + line + ": ");
    }

    private static ReceiptFileCheck.Result check(byte[] file, String head) {
        return check(file, head == null ? null : head.getBytes(StandardCharsets.UTF_8));
    }

    private static ReceiptFileCheck.Result check(byte[] file, byte[] head) {
        try {
            return new ReceiptFileCheck(keys, head).check(new ByteArrayInputStream(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] file(List<String> receipts) {
        StringBuilder file = new StringBuilder();
        receipts.forEach(receipt -> file.append(receipt).append('\n'));
        return file.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String bodyOf(String receipt) {
        return receipt.replaceFirst(",\"signature\":\"[^\"]*\"", "");
    }
}
