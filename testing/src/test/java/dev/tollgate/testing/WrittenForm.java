package dev.tollgate.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A form with files ({@code multipart/form-data}), written as clients write it. */
public final class WrittenForm {

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final String boundary;

    public WrittenForm() {
        this("----part");
    }

    public WrittenForm(String boundary) {
        this.boundary = boundary;
    }

    public WrittenForm text(String name, String value) {
        return part("name=\"" + name + "\"\r\n", value.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a file whose name and type say nothing true. */
    public WrittenForm file(String name, byte[] content) {
        return file(name, "image/png", content);
    }

    public WrittenForm file(String name, String type, byte[] content) {
        return part("name=\"" + name + "\"; filename=\"a; \\\"b\\\".png\"\r\nContent-Type: " + type + "\r\n", content);
    }

    private WrittenForm part(String head, byte[] content) {
        body.writeBytes(("--" + boundary + "\r\nContent-Disposition: form-data; " + head + "\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(content);
        body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Returns the value of the header {@code Content-Type}. */
    public String type() {
        return "multipart/form-data; boundary=\"" + boundary + "\"";
    }

    /** Ends it. */
    public byte[] bytes() {
        body.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }
}
