package dev.tollgate.protocols.responses;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.calls.kept.KeptResponse;
import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sealed summaries (E73). */
class SummariesTest {

    private static final String MINE = "acct_1";

    private final SecretBox secrets = box("5e");
    private final Summaries summaries = new Summaries(secrets);

    private static SecretBox box(String key) {
        return new SecretBox(key.repeat(32), new SecureRandom());
    }

    private static Item item(int index, String sealed) {
        return new Item.Summary(ResponsesPlaces.NAMES.at("input", index), JsonText.of(sealed), JsonText.EMPTY);
    }

    private static String opened(Summaries by, String account, String sealed) {
        Item opened = by.opened(List.of(item(0, sealed)), account, Lease.FREE).getFirst();
        return ((Item.Summary) opened).text().toString();
    }

    private static ApiException refused(Summaries by, String account, List<Item> items, Lease memory) {
        ApiException refused = catchThrowableOfType(ApiException.class, () -> by.opened(items, account, memory));
        assertThat(refused).isNotNull();
        assertThat(refused.error().status()).isEqualTo(400);
        return refused;
    }

    private String packed(String purpose, String context, String text) {
        byte[] packed =
                KeptResponse.Packed.of(text.getBytes(StandardCharsets.UTF_8)).bytes();
        byte[] sealed = secrets.purpose(purpose).seal(packed, context);
        return "tgc1." + Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    }

    @Test
    void every_server_with_the_same_key_opens_a_summary() {
        String sealed = summaries.sealed(MINE, "The number is 4711 \u20ac.");

        assertThat(sealed).startsWith("tgc1.").doesNotContain("4711");
        assertThat(opened(new Summaries(box("5e")), MINE, sealed))
                .isEqualTo("Summary of the conversation so far:\nThe number is 4711 \u20ac.");
    }

    @Test
    void what_was_not_made_here_for_the_account_is_refused_by_its_place() {
        String sealed = summaries.sealed(MINE, "The number is 4711.");
        String middle = sealed.substring(0, 20) + (sealed.charAt(20) == 'A' ? 'B' : 'A') + sealed.substring(21);
        List<String> foreign = List.of(
                "gAAAABnc3Vt",
                "tgc1.",
                "tgc1.!!",
                middle,
                sealed.substring(0, sealed.length() - 2),
                sealed + "AAAA",
                new Summaries(box("5f")).sealed(MINE, "The number is 4711."),
                packed("kept responses", "compaction item of " + MINE, "text"),
                packed("compaction items", "kept response of " + MINE, "text"),
                "tgc1." + "A".repeat(500_000));
        for (String each : foreign) {
            ApiException refused = refused(summaries, MINE, List.of(item(3, each)), Lease.FREE);
            assertThat(refused.error().param()).as(each).isEqualTo("input.3");
            assertThat(refused.error().message())
                    .startsWith("'input.3.encrypted_content' was not made by this server for this account");
        }
        assertThat(refused(summaries, "acct_2", List.of(item(3, sealed)), Lease.FREE)
                        .error()
                        .param())
                .isEqualTo("input.3");
    }

    @Test
    void a_long_summary_is_cut_between_characters() {
        String text = opened(summaries, MINE, summaries.sealed(MINE, "a" + "\u20ac".repeat(100_000)));

        String summary = text.substring(text.indexOf('\n') + 1);
        assertThat(summary).matches("a\u20ac+").hasSize(1 + Summaries.TEXT_BYTES_MAX / 3);
    }

    @Test
    void a_bomb_is_refused_at_flat_memory() {
        String bomb = packed("compaction items", "compaction item of " + MINE, "x".repeat(50_000_000));
        MemoryBudget budget = new MemoryBudget(64 << 20);
        Lease lease = budget.lease(MINE, null, false);

        assertThat(refused(summaries, MINE, List.of(item(0, bomb)), lease)
                        .error()
                        .param())
                .isEqualTo("input.0");
        assertThat(budget.takenBytes()).isLessThan(1 << 20);
    }

    @Test
    void a_thousand_copies_of_a_summary_are_refused_at_flat_memory() {
        String sealed = summaries.sealed(MINE, "x".repeat(Summaries.TEXT_BYTES_MAX));
        MemoryBudget budget = new MemoryBudget(64 << 20);
        Lease lease = budget.lease(MINE, null, false);

        ApiException refused =
                refused(summaries, MINE, new ArrayList<>(Collections.nCopies(1_000, item(0, sealed))), lease);

        assertThat(sealed.length()).isLessThan(2_000);
        assertThat(refused.error().param()).isEqualTo("input");
        assertThat(refused.error().message()).contains(String.valueOf(Summaries.REQUEST_BYTES_MAX));
        assertThat(budget.takenBytes()).isBetween(4L * Summaries.TEXT_BYTES_MAX, 8L << 20);
    }
}
