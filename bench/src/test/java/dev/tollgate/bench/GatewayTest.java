package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayTest {
    @TempDir
    private Path folder;

    @Test
    void a_gateway_started_by_its_jar_gets_the_launchers_flags_and_the_options_asked_for() throws Exception {
        List<String> asked = List.of("-Dbench.words=two words", "-Xmx77m");
        try (Children children = new Children(folder, false)) {
            Gateway.Started started = new Gateway(children, options(asked), folder, folder, 1).start();

            VirtualMachine jvm =
                    VirtualMachine.attach(Long.toString(started.process().pid()));
            Properties agent = jvm.getAgentProperties();
            Properties system = jvm.getSystemProperties();
            jvm.detach();

            assertThat(agent.getProperty("sun.jvm.args"))
                    .contains("-XX:+UseCompactObjectHeaders")
                    .contains("-Xmx77m");
            assertThat(system).containsEntry("bench.words", "two words");
        }
    }

    private RunOptions options(List<String> javaOptions) throws IOException {
        return new RunOptions(
                1, 1, 0, 1, "0", "0", jar(), null, javaOptions, false, false, false, List.of(), 0, folder, "");
    }

    private Path jar() throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, PassThrough.class.getName());
        attributes.put(
                Attributes.Name.CLASS_PATH,
                Path.of("target", "test-classes").toUri().toString());
        Path jar = folder.resolve("gateway.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }
}
