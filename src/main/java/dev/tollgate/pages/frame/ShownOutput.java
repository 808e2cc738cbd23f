package dev.tollgate.pages.frame;

import dev.tollgate.base.host.WrittenText;
import gg.jte.TemplateOutput;
import gg.jte.output.Utf8ByteOutput;

/** Writes a page and replaces invisible characters of its values by escapes. The templates' own text is written as bytes. */
final class ShownOutput implements TemplateOutput {

    private final Utf8ByteOutput bytes;

    ShownOutput(Utf8ByteOutput bytes) {
        this.bytes = bytes;
    }

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
