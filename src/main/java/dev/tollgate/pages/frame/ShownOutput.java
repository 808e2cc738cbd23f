package dev.tollgate.pages.frame;

import dev.tollgate.base.host.WrittenText;
import gg.jte.TemplateOutput;
import gg.jte.output.Utf8ByteOutput;

/** Writes a page and replaces invisible characters of its values by escapes. The templates' own text is written as bytes. */
record ShownOutput(Utf8ByteOutput bytes) implements TemplateOutput {

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
