package dev.tollgate.pages.dashboard.requests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Plural;
import dev.tollgate.base.words.Signs;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.frame.Money;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The error messages of refused calls, which are English in each language. */
class RefusedLineTest {

    private static final Instant NOW = Instant.parse("2026-11-21T20:48:00Z");

    private static final Language OTHER = new Language(
            "de",
            "Deutsch",
            Plural.ONE,
            new Signs(',', '.'),
            english -> english.equals("The request was not valid.") ? "Ungültige Anfrage." : null);

    private static RefusedCall call(String message) {
        return new RefusedCall(
                NOW,
                "acc_1",
                "key_1",
                "POST /v1/chat/completions",
                400,
                ErrorCode.INVALID_REQUEST,
                message,
                null,
                "req_1");
    }

    private static List<RefusedLine.Equal> rows(RefusedCall... calls) {
        return RefusedLine.rows(List.of(calls), it -> ShortageWords.of(it, "ci", NOW, Money.CREDITS, ZoneOffset.UTC));
    }

    private static String quotes(RefusedLine.Equal row) {
        StringOutput html = new StringOutput();
        RefusedLine.reason(row.call(), row.words(), null).parts().forEach(part -> {
            if (part instanceof Cell.Part.Block(var content)) {
                content.writeTo(new OwaspHtmlTemplateOutput(html));
            }
        });
        return html.toString();
    }

    @Test
    void a_page_in_english_has_the_message_alone() {
        List<RefusedLine.Equal> rows = rows(call("'n' is wrong."));

        assertThat(rows.getFirst().words()).isEqualTo("'n' is wrong.");
        assertThat(quotes(rows.getFirst())).isEmpty();
    }

    @Test
    void a_page_in_another_language_says_what_the_code_means_and_quotes_the_message() {
        OTHER.bound(() -> {
            List<RefusedLine.Equal> rows = rows(call("'n' is < 0."));

            assertThat(rows.getFirst().words()).isEqualTo("Ungültige Anfrage.");
            assertThat(quotes(rows.getFirst())).isEqualTo("<span lang=\"en\">'n' is &lt; 0.</span>");
        });
    }

    @Test
    void refusals_with_other_messages_are_other_rows_in_each_language() {
        for (Language language : List.of(Language.ENGLISH, OTHER)) {
            language.bound(() -> assertThat(rows(call("a"), call("b"), call("b")))
                    .extracting(RefusedLine.Equal::times)
                    .containsExactly(1, 2));
        }
    }
}
