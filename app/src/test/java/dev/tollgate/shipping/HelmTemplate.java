package dev.tollgate.shipping;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Helm itself, in a process of its own: it is written in Go, whose runtime takes over signals that the JVM of the tests needs. */
final class HelmTemplate {

    private HelmTemplate() {}

    /** @param args the chart, a folder, and for each file to write there {@code name:release[,value=…]…}; NAME.no tells why it was refused */
    public static void main(String[] args) throws IOException {
        Path chart = Path.of(args[0]);
        Path into = Path.of(args[1]);
        for (int i = 2; i < args.length; i++) {
            String[] wish = args[i].split(":", 2);
            String[] parts = wish[1].split(",");
            TemplateCommand template = new Helm(chart).template().withName(parts[0]);
            for (int part = 1; part < parts.length; part++) {
                String[] value = parts[part].split("=", 2);
                template.set(value[0], value[1]);
            }
            try {
                Files.writeString(into.resolve(wish[0] + ".yaml"), template.call());
            } catch (IllegalStateException e) {
                Files.writeString(into.resolve(wish[0] + ".no"), String.valueOf(e.getMessage()));
            }
        }
        Files.writeString(
                into.resolve("lint"),
                String.join("\n", new Helm(chart).lint().strict().call().getMessages()));
    }
}
