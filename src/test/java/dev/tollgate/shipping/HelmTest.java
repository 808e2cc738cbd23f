package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.base.config.TrafficSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The chart, rendered by Helm and compared with what Kustomize makes. */
@Timeout(240)
class HelmTest {

    private static final Path CHART = Path.of("deploy/helm/tollgate");
    private static final YAMLMapper YAML = new YAMLMapper();

    @TempDir
    static Path made;

    @BeforeAll
    static void render() throws Exception {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "Helm is there for Linux on x86-64 alone");
        List<String> parts = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(it -> it.contains("helm-java")
                        || it.contains("jna")
                        || Path.of(it).endsWith("test-classes"))
                .toList();
        Tool.run(
                        Path.of("").toAbsolutePath(),
                        Map.of("HOME", made.toString(), "KUBECONFIG", "/dev/null"),
                        180,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + made,
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        String.join(File.pathSeparator, parts),
                        HelmTemplate.class.getName(),
                        CHART.toString(),
                        made.toString(),
                        "sqlite:tollgate",
                        "postgresql:tollgate,database=postgresql",
                        "hpa:tollgate,database=postgresql,autoscaling.enabled=true",
                        "other:books,existingSecret=keys,announceSeconds=5,drainMinutes=20,admin.port=9000,databasePort=6432,"
                                + "otherPorts[0]=587,otherPorts[1]=4318,"
                                + "image.repository=registry.example.org/tollgate,image.tag=v7,image.pullSecrets[0].name=pull,"
                                + "database=postgresql,replicas=5,ingress.enabled=true,ingress.tlsSecret=certificate",
                        "misspelt:tollgate,replica=3",
                        "unknown:tollgate,database=oracle",
                        "scaled:tollgate,autoscaling.enabled=true")
                .isGood();
    }

    private static Map<String, JsonNode> objects(String documents) throws IOException {
        Map<String, JsonNode> objects = new TreeMap<>();
        try (var all = YAML.readerFor(JsonNode.class).<JsonNode>readValues(documents)) {
            for (JsonNode node : all.readAll()) {
                if (node.isObject()) {
                    String name = node.path("metadata").path("name").asString();
                    assertThat(objects.put(node.path("kind").asString() + " " + name, node))
                            .isNull();
                }
            }
        }
        return objects;
    }

    private static <T extends HasMetadata> T object(String documents, String name, Class<T> type) throws IOException {
        return type.cast(KubernetesTest.strict(objects(documents).get(type.getSimpleName() + " " + name)));
    }

    private static String rendered(String name) throws IOException {
        return Files.readString(made.resolve(name + ".yaml"));
    }

    private static Map<String, JsonNode> withSettingsRead(Map<String, JsonNode> objects) {
        ObjectNode data = (ObjectNode) objects.get("ConfigMap tollgate").get("data");
        data.set("tollgate.yaml", YAML.readTree(data.get("tollgate.yaml").asString()));
        return objects;
    }

    /** Without what each of the two has for itself: how pods learn of other settings, jobs of another name, what is kept. */
    private static Map<String, JsonNode> ofHelm(String documents) throws IOException {
        Map<String, JsonNode> objects = objects(documents.replace("tollgate-migrate-1\n", "tollgate-migrate\n"));
        ((ObjectNode) objects.get("Deployment tollgate").at("/spec/template/metadata")).remove("annotations");
        JsonNode volume = objects.get("PersistentVolumeClaim tollgate");
        if (volume != null) {
            assertThat(((ObjectNode) volume.get("metadata"))
                            .remove("annotations")
                            .at("/helm.sh~1resource-policy")
                            .asString())
                    .isEqualTo("keep");
        }
        return withSettingsRead(objects);
    }

    private static Map<String, JsonNode> ofKustomize(String documents) throws IOException {
        return withSettingsRead(objects(documents.replaceAll("(?m)name: tollgate-[a-z0-9]{10}$", "name: tollgate")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "postgresql", "hpa"})
    void the_chart_makes_what_kustomize_makes(String kind) throws Exception {
        String kustomized = Tool.run(Tool.named("kubectl"), "kustomize", "deploy/kubernetes/overlays/" + kind)
                .isGood()
                .text();
        Map<String, JsonNode> expected = ofKustomize(kustomized);
        Map<String, JsonNode> charted = ofHelm(rendered(kind));
        assertThat(charted.keySet()).isEqualTo(expected.keySet()).hasSizeGreaterThanOrEqualTo(6);
        charted.forEach((name, object) -> assertThat(object).as(name).isEqualTo(expected.get(name)));
    }

    @Test
    void helm_has_nothing_to_say_against_the_chart_and_its_version_is_the_programs() throws Exception {
        assertThat(Files.readString(made.resolve("lint")).lines().filter(line -> !line.contains("icon is recommended")))
                .isEmpty();
        String version = ArtefactsTest.value(Path.of("pom.xml"), "^  <version>(.*)</version>$");
        assertThat(ArtefactsTest.value(CHART.resolve("Chart.yaml"), "^version: (.*)$"))
                .isEqualTo(version);
        assertThat(ArtefactsTest.value(CHART.resolve("Chart.yaml"), "^appVersion: (.*)$"))
                .isEqualTo(version);
    }

    @ParameterizedTest
    @CsvSource({
        "misspelt, 'replica'",
        "unknown, 'sqlite', 'postgresql'",
        "scaled, autoscaling needs database: postgresql",
    })
    void what_the_chart_does_not_know_it_refuses(String wish, String reason) throws Exception {
        assertThat(made.resolve(wish + ".yaml")).doesNotExist();
        assertThat(Files.readString(made.resolve(wish + ".no"))).contains(reason);
    }

    @Test
    void each_value_of_the_chart_reaches_all_its_objects() throws Exception {
        String documents = rendered("other");
        for (Map.Entry<String, JsonNode> object : objects(documents).entrySet()) {
            assertThat(object.getKey()).contains(" books");
            if (!object.getKey().startsWith("ConfigMap ")) {
                KubernetesTest.strict(object.getValue());
            }
        }
        Deployment deployment = object(documents, "books", Deployment.class);
        assertThat(deployment.getSpec().getReplicas()).isEqualTo(5);
        Settings settings = KubernetesTest.assertFitsTheProgram(
                deployment.getSpec().getTemplate().getSpec(), Path.of("deploy/kubernetes/base/tollgate.yaml"));
        assertThat(settings.get(TrafficSettings.ANNOUNCE)).hasSeconds(5);
        assertThat(settings.get(TrafficSettings.DRAIN)).hasMinutes(20);
        KubernetesTest.assertIsForScrapersAlone(
                settings,
                object(documents, "books-admin", Service.class),
                object(documents, "books", NetworkPolicy.class));
        assertThat(settings.find(ServerSettings.ADMIN_LISTEN).port()).isEqualTo(9000);
        assertThat(object(documents, "books", NetworkPolicy.class).getSpec().getEgress().stream()
                        .flatMap(rule -> rule.getPorts().stream())
                        .map(port -> port.getPort().getIntVal()))
                .containsExactly(53, 53, 443, 6432, 587, 4318);
        for (String pods : List.of("Deployment books", "Job books-migrate-1")) {
            JsonNode pod = objects(documents).get(pods).at("/spec/template/spec");
            assertThat(pod.at("/containers/0/image").asString()).isEqualTo("registry.example.org/tollgate:v7");
            assertThat(pod.at("/containers/0/envFrom/0/secretRef/name").asString())
                    .isEqualTo("keys");
            assertThat(pod.at("/imagePullSecrets/0/name").asString()).isEqualTo("pull");
        }
    }

    @Test
    void an_ingress_gathers_nothing_and_waits_for_the_longest_call() throws Exception {
        Ingress ingress = object(rendered("other"), "books", Ingress.class);
        Settings settings = SettingsLoader.load(Map.of(), Map.of());
        Map<String, String> told = ingress.getMetadata().getAnnotations();
        String of = "nginx.ingress.kubernetes.io/proxy-";
        assertThat(told)
                .containsEntry(of + "buffering", "off")
                .containsEntry(of + "request-buffering", "off")
                .containsEntry(of + "body-size", (settings.get(TrafficSettings.BODY_BYTES) >> 20) + "m");
        for (String wait : List.of("read", "send")) {
            assertThat(Duration.ofSeconds(Long.parseLong(told.get(of + wait + "-timeout"))))
                    .isGreaterThanOrEqualTo(settings.get(TrafficSettings.CALL).plusMinutes(1));
        }
        assertThat(ingress.getSpec().getTls().getFirst().getSecretName()).isEqualTo("certificate");
        assertThat(ingress.getSpec()
                        .getRules()
                        .getFirst()
                        .getHttp()
                        .getPaths()
                        .getFirst()
                        .getBackend()
                        .getService()
                        .getName())
                .isEqualTo("books");
    }

    @Test
    void every_value_has_a_line_in_the_schema_and_a_use() throws Exception {
        JsonNode values = YAML.readTree(Files.readString(CHART.resolve("values.yaml")));
        JsonNode schema = YAML.readTree(Files.readString(CHART.resolve("values.schema.json")));
        StringBuilder templates = new StringBuilder();
        try (Stream<Path> all = Files.list(CHART.resolve("templates"))) {
            for (Path template : all.toList()) {
                templates.append(Files.readString(template));
            }
        }
        List<String> names = new ArrayList<>();
        values.properties().forEach(value -> {
            JsonNode known = schema.path("properties").path(value.getKey()).path("properties");
            if (known.isMissingNode()) {
                names.add(value.getKey());
            } else {
                assertThat(value.getValue().propertyNames()).containsExactlyInAnyOrderElementsOf(known.propertyNames());
                value.getValue().propertyNames().forEach(part -> names.add(value.getKey() + "." + part));
            }
        });
        assertThat(values.propertyNames())
                .containsExactlyInAnyOrderElementsOf(schema.path("properties").propertyNames());
        assertThat(names).allMatch(name -> templates.indexOf(".Values." + name) >= 0);
    }
}
