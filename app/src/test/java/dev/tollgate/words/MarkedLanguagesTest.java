package dev.tollgate.words;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.ForeignText;
import dev.tollgate.testing.MarkedLanguages;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MarkedLanguagesTest {

    private static final Pattern NAMES = Pattern.compile("gemini-[\\w.-]+|Ann");

    @Test
    void a_sentence_is_marked_and_longer_and_its_values_stay() {
        assertThat(sentence("state::Move to team {team}", "Blue").in(MarkedLanguages.ACCENTED))
                .isEqualTo("⟦Ṁóṽé ťó ťéáɱ Blue łóńğé⟧");
        assertThat(sentence("{n} key | {n} keys", 1).in(MarkedLanguages.ACCENTED))
                .isEqualTo("⟦1 ķéý łó⟧");
        assertThat(sentence("{n} key | {n} keys", 2).in(MarkedLanguages.ACCENTED))
                .isEqualTo("⟦2 ķéýś łó⟧");
    }

    @Test
    void a_hostile_sentence_has_its_values() {
        assertThat(sentence("Move to team {team}", "Blue").in(MarkedLanguages.HOSTILE))
                .startsWith("\"'><img src=x onerror=1>")
                .contains("Blue");
    }

    @Test
    void letters_outside_the_marks_are_found() {
        assertThat(ForeignText.in("""
                        <!doctype html><html lang="en-XA"><head><title>⟦Ķéýś⟧ – Ann</title><script>var no;</script></head><body>
                        <p>⟦Ķéý <b>{x} of</b> gemini-3-pro⟧ · <code>code</code> &amp; <span translate="no">name</span> 12.5 %</p>
                        <p>Forgotten <b>word</b></p><img alt="⟦Ṗ⟧" title="Half ⟦Ṗ⟧"><p lang="en">English</p>
                        <p>⟦Á⟧ ⟦Ƀ⟧</p><input placeholder="none"></body></html>
                        """, NAMES)).containsExactly("Forgotten", "word", "Half ⟦⟧", "⟦⟧ ⟦⟧", "none");
    }
}
