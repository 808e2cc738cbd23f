package dev.tollgate.pages.words;

import static dev.tollgate.pages.words.Rich.rich;
import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Plural;
import gg.jte.Content;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import org.junit.jupiter.api.Test;

class RichTest {

    private static final String HELD = "<b>{credits}</b> held so far.";

    private static String html(Content content) {
        StringOutput output = new StringOutput();
        OwaspHtmlTemplateOutput html = new OwaspHtmlTemplateOutput(output);
        html.setContext("p", null);
        content.writeTo(html);
        return output.toString();
    }

    private static Language translated(String translation) {
        return new Language("xx", "Test", Plural.NONE, Language.ENGLISH.signs(), _ -> translation);
    }

    @Test
    void elements_come_from_marks() {
        assertThat(html(rich(HELD, Mark.bold().live("held"), "1.50")))
                .isEqualTo("<b data-figure=\"held\">1.50</b> held so far.");
        assertThat(html(rich(
                        "See <link>the <b>{name}</b></link>.", Mark.link("/a?b=1&c=\"2\""), Mark.exact("it's"), "<x>")))
                .isEqualTo(
                        "See <a href=\"/a?b=1&amp;c=&#34;2&#34;\">the <span title=\"it&#39;s\">&lt;x&gt;</span></a>.");
        assertThat(html(rich("<a>x</a>", Mark.link("/x").bold().code())))
                .isEqualTo("<a href=\"/x\"><b><code>x</code></b></a>");
    }

    @Test
    void a_value_may_be_content() {
        assertThat(html(rich("Press {key} & go.", (Content) out -> out.writeContent("<kbd>k</kbd>"))))
                .isEqualTo("Press <kbd>k</kbd> &amp; go.");
    }

    @Test
    void a_blank_goes_between_chinese_and_a_value_that_is_chinese() {
        translated("{credits} 已预扣<b>。</b>").bound(() -> {
            assertThat(html(rich(HELD, Mark.bold(), "1.50"))).isEqualTo("1.50 已预扣<b>。</b>");
            assertThat(html(rich(HELD, Mark.bold(), "1.50 点"))).isEqualTo("1.50 点已预扣<b>。</b>");
            assertThat(html(rich(HELD, Mark.bold(), (Content) out -> out.writeContent("点"))))
                    .isEqualTo("点已预扣<b>。</b>");
            assertThat(html(rich(HELD, Mark.bold(), (Content) out -> out.writeContent("<i>1.50</i>"))))
                    .isEqualTo("<i>1.50</i> 已预扣<b>。</b>");
        });
    }

    @Test
    void no_html_comes_from_a_translation_or_a_value() {
        Language hostile = translated("\"><img src=x onerror=1><b>{credits}</b><script>");
        hostile.bound(() -> assertThat(html(rich(HELD, Mark.bold(), "<i>")))
                .isEqualTo("\"&gt;&lt;img src=x onerror=1&gt;<b>&lt;i&gt;</b>&lt;script&gt;"));
    }

    @Test
    void a_link_runs_no_script() {
        assertThat(html(rich("<a>x</a>", Mark.link("javascript:alert(1)")))).doesNotContain("javascript");
    }

    @Test
    void the_language_is_that_of_the_call() {
        Content content = translated("<b>{credits}</b> gehalten").bound(() -> rich(HELD, Mark.bold(), 1_234));
        assertThat(html(content)).isEqualTo("<b>1,234</b> gehalten");
    }

    @Test
    void a_mark_is_needed_for_an_element() {
        assertThatThrownBy(() -> html(rich(HELD, "b", "1.50"))).isInstanceOf(ClassCastException.class);
        assertThatThrownBy(() -> html(rich(HELD, Mark.bold(), Mark.bold())))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
