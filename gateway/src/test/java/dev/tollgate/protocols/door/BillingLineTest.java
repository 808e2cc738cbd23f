package dev.tollgate.protocols.door;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.json.JsonText;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts with {@code LINE} for the line, and {@code ~} for a line's end. */
class BillingLineTest {

    private static final String LINE =
            "x-anthropic-billing-header: cc_version=2.1.332.abc; cc_entrypoint=cli; cch=a1b2c;";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "LINE                                              | ``",
                "LINE~You are Claude Code.~Be brief.               | You are Claude Code.~Be brief.",
                "LINE You are Claude Code.~Be brief.               | You are Claude Code.~Be brief.",
                "LINEYou are.                                      | You are.",
                "LINE Use a=b.                                     | Use a=b.",
                "LINE~LINE~You are.                                | You are.",
                "LINE~  \u4f60\u597d \ud83d\ude00~x-anthropic-billing-header: is a name. | `  \u4f60\u597d \ud83d\ude00~x-anthropic-billing-header: is a name.`",
                "x-anthropic-billing-header: cc_version=2          | ``",
                "x-anthropic-billing-header: cch=a; cc_x=b~You are | You are",
                "x-anthropic-billing-header:~You are               | You are"
            })
    void the_line_goes_and_the_prompt_behind_it_stays(String text, String left) {
        List<String> ignored = new ArrayList<>();
        JsonText cut = BillingLine.without(spelt(text), "system.0", ignored::add);
        assertThat(cut).isEqualTo(spelt(left));
        assertThat(cut.utf8Bytes()).isEqualTo(cut.utf8().length);
        assertThat(ignored).containsExactly("system.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The header x-anthropic-billing-header: a=b; is a header.",
                "x-anthropic-billing-header: is a header of Claude Code.~Explain it.",
                "x-anthropic-billing-header"
            })
    void a_text_that_only_mentions_the_line_stays(String text) {
        List<String> ignored = new ArrayList<>();
        assertThat(BillingLine.without(spelt(text), "system.0", ignored::add)).isEqualTo(spelt(text));
        assertThat(ignored).isEmpty();
    }

    @Test
    void a_line_above_the_bound_stays_whole() {
        List<String> ignored = new ArrayList<>();
        for (String value :
                List.of("b".repeat(1_200), "\u00e9".repeat(700), "b; cc=".repeat(300), "bb;  c=".repeat(300))) {
            JsonText text = JsonText.of("x-anthropic-billing-header: a=" + value + "\nYou are.");
            assertThat(BillingLine.without(text, "system.0", ignored::add)).isEqualTo(text);
        }
        assertThat(ignored).isEmpty();
    }

    private static JsonText spelt(String text) {
        return JsonText.of(text.replace("LINE", LINE).replace('~', '\n'));
    }
}
