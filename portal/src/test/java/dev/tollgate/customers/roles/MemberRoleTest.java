package dev.tollgate.customers.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MemberRoleTest {

    private static final Pattern ROLES = Pattern.compile("enum: \\[([a-z, ]*viewer[a-z, ]*)]");

    @Test
    void the_description_of_the_api_has_all_roles_or_those_of_keys() throws IOException {
        List<String> described = ROLES.matcher(description())
                .results()
                .map((MatchResult found) -> found.group(1).replaceAll(", null$", "")) // a role that may be left out
                .distinct()
                .toList();
        assertThat(described).containsExactlyInAnyOrder(texts(List.of(MemberRole.values())), texts(MemberRole.OF_KEYS));
    }

    @Test
    void a_sentence_names_all_roles() {
        assertThat(MemberRole.either()).isEqualTo("owner, admin, billing, member or viewer");
    }

    private static String texts(List<MemberRole> roles) {
        return roles.stream().map(MemberRole::text).collect(Collectors.joining(", "));
    }

    private static String description() throws IOException {
        try (InputStream yaml = MemberRoleTest.class.getResourceAsStream("/openapi.yaml")) {
            return new String(Objects.requireNonNull(yaml).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
