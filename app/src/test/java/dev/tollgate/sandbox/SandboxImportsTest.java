package dev.tollgate.sandbox;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.tollgate.testing.Asserts.assertThat;
import static java.util.stream.Collectors.toSet;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import dev.tollgate.testing.OurClasses;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SandboxImportsTest {

    private static final String ROOT = "dev.tollgate.sandbox";
    private static final JavaClasses SANDBOX = OurClasses.ALL.that(resideInAPackage(ROOT + ".."));

    @Test
    void the_sandbox_shares_no_code_with_what_it_tests() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.tollgate.sandbox..",
                        "java..",
                        "javax.crypto..",
                        "io.vertx..",
                        "io.netty..",
                        "tools.jackson..",
                        "org.slf4j..",
                        "org.snakeyaml..",
                        "org.jspecify..")
                .check(SANDBOX);
    }

    @Test
    void a_room_knows_only_those_named_before_it() {
        List<String> rooms =
                List.of("wire", "routes", "scripting", "playback", "files", "requests", "samples", "generation");

        assertThat(SANDBOX.stream()
                        .map(JavaClass::getPackageName)
                        .filter(it -> !it.equals(ROOT))
                        .map(it -> it.substring(ROOT.length() + 1))
                        .collect(toSet()))
                .containsExactlyInAnyOrderElementsOf(rooms);
        for (int i = 0; i < rooms.size(); i++) {
            String[] later = Stream.concat(Stream.of(""), rooms.subList(i + 1, rooms.size()).stream())
                    .map(it -> it.isEmpty() ? ROOT : ROOT + "." + it)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "." + rooms.get(i))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(later)
                    .check(SANDBOX);
        }
    }
}
