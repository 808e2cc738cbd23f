package dev.tollgate.pages.words;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.SentencePattern;
import gg.jte.Content;
import gg.jte.TemplateOutput;
import gg.jte.html.HtmlTemplateOutput;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.util.Arrays;
import java.util.List;

/** Sentences with elements, for templates. */
public final class Rich {

    private Rich() {}

    /**
     * Returns a sentence with elements, in the language of now.
     *
     * @param english a literal, which is the key of its translations
     * @param values as in {@code say}, and a {@link Mark} for each {@code <name>…</name>} or a {@link Content} for a {@code {name}}
     */
    public static Content rich(String english, Object... values) {
        Language now = Language.now();
        List<SentencePattern.Part> parts = now.pattern(english).parts(values);
        return new Content() {
            @Override
            public void writeTo(TemplateOutput output) {
                write(parts, now, (HtmlTemplateOutput) output, now.isEnglish() ? values : drawn(values));
            }
        };
    }

    /** A rendered content: the blank next to it depends on its text. */
    private record Drawn(String html, String text) implements Content, CharSequence {

        static Drawn of(Content content) {
            StringOutput output = new StringOutput();
            OwaspHtmlTemplateOutput written = new OwaspHtmlTemplateOutput(output);
            written.setContext("p", null);
            content.writeTo(written);
            String html = output.toString();
            return new Drawn(html, html.replaceAll("<[^>]*>", "").strip());
        }

        @Override
        public void writeTo(TemplateOutput output) {
            output.writeContent(html);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static Object[] drawn(Object... values) {
        return Arrays.stream(values)
                .map(value -> value instanceof Content content ? Drawn.of(content) : value)
                .toArray();
    }

    /** Returns a text that is English in each language, such as the message of an error, marked so in others (L14). */
    public static Content english(String text) {
        boolean isEnglish = Language.now().isEnglish();
        return new Content() {
            @Override
            public void writeTo(TemplateOutput output) {
                output.writeContent(isEnglish ? "" : "<span lang=\"en\">");
                ((HtmlTemplateOutput) output).writeUserContent(text);
                output.writeContent(isEnglish ? "" : "</span>");
            }
        };
    }

    private static void write(
            List<SentencePattern.Part> parts, Language language, HtmlTemplateOutput output, Object... values) {
        for (int part = 0; part < parts.size(); part++) {
            switch (parts.get(part)) {
                case SentencePattern.Part.Text _ ->
                    output.writeUserContent(SentencePattern.besideValues(parts, part, language, values));
                case SentencePattern.Part.Value(int at) -> {
                    if (values[at] instanceof Content content) {
                        content.writeTo(output);
                    } else {
                        output.writeUserContent(language.text(values[at]));
                    }
                }
                case SentencePattern.Part.Element(int at, List<SentencePattern.Part> inner) -> {
                    List<Mark.Element> elements = ((Mark) values[at]).elements();
                    elements.forEach(element -> begin(element, output));
                    write(inner, language, output, values);
                    elements.reversed().forEach(element -> output.writeContent("</" + element.tag() + ">"));
                }
            }
        }
    }

    private static void begin(Mark.Element element, HtmlTemplateOutput output) {
        output.writeContent("<" + element.tag());
        for (int at = 0; at < element.attributes().size(); at += 2) {
            String name = element.attributes().get(at);
            output.writeContent(" " + name + "=\"");
            output.setContext(element.tag(), name);
            output.writeUserContent(element.attributes().get(at + 1));
            output.setContext(element.tag(), null);
            output.writeContent("\"");
        }
        output.writeContent(">");
    }
}
