package dev.tollgate.pages.frame;

import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.words.Language;
import gg.jte.TemplateOutput;
import gg.jte.html.HtmlTemplateOutput;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.Utf8ByteOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** The bytes of a template: what visitors and customers have written shows its invisible characters. Does not block. */
public final class PageHtml {

    private PageHtml() {}

    /** Returns a template's HTML for a file, in English. */
    public static byte[] file(Consumer<HtmlTemplateOutput> drawing) {
        return Language.ENGLISH.bound(() -> render(drawing));
    }

    /** Returns a template's HTML in the language of now. */
    static byte[] render(Consumer<HtmlTemplateOutput> drawing) {
        Utf8ByteOutput output = new Utf8ByteOutput();
        drawing.accept(new OwaspHtmlTemplateOutput(new EscapingOutput(output)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(output.getContentLength());
        try {
            output.writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Writes a page and replaces invisible characters of its values by escapes. The templates' own text is written as bytes. */
    private record EscapingOutput(Utf8ByteOutput bytes) implements TemplateOutput {

        @Override
        public void writeContent(String value) {
            bytes.writeContent(WrittenText.shown(value));
        }

        @Override
        public void writeContent(String value, int beginIndex, int endIndex) {
            writeContent(value.substring(beginIndex, endIndex));
        }

        @Override
        public void writeBinaryContent(byte[] value) {
            bytes.writeBinaryContent(value);
        }
    }
}
