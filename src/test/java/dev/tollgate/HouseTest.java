package dev.tollgate;

import static dev.tollgate.testing.Asserts.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import dev.tollgate.testing.OurClasses;
import org.junit.jupiter.api.Test;

class HouseTest {

    @Test
    void the_root_holds_main_alone() {
        assertThat(OurClasses.ALL.stream()
                        .filter(it -> it.getPackageName().equals("dev.tollgate") && it.isTopLevelClass())
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder("Main", "package-info");
    }
}
