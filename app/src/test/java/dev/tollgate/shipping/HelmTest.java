package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.calls.files.FileLimits;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The chart, rendered by Helm, read strictly into the types of Kubernetes, and its numbers compared with the program's. */
@Timeout(240)
class HelmTest {

    private static final Path CHART = Path.of("deploy/helm/tollgate");
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "apps/v1 Deployment", Deployment.class,
            "v1 Service", Service.class,
            "v1 PersistentVolumeClaim", PersistentVolumeClaim.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
            "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
            "batch/v1 Job", Job.class,
            "autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
            "networking.k8s.io/v1 Ingress", Ingress.class);

    private static final ObjectMapper STRICT = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                /** The types would take what they do not know. */
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            });

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
        return type.cast(strict(objects(documents).get(type.getSimpleName() + " " + name)));
    }

    private static String rendered(String name) throws IOException {
        return Files.readString(made.resolve(name + ".yaml"));
    }

    /** Returns the settings of the pods, as the file that they read. */
    private static Path settings(String kind, String name) throws IOException {
        JsonNode map = objects(rendered(kind)).get("ConfigMap " + name);
        return Files.writeString(
                made.resolve(kind + ".settings"),
                map.at("/data").get("tollgate.yaml").asString());
    }

    /** Fails where it has a field that Kubernetes does not know. */
    private static HasMetadata strict(JsonNode node) throws IOException {
        String kind =
                node.path("apiVersion").asString() + " " + node.path("kind").asString();
        assertThat(KINDS).containsKey(kind);
        return STRICT.readValue(node.toString(), KINDS.get(kind));
    }

    /** @param file the settings of the pod @return what the program makes of them and of the pod's variables */
    private static Settings assertFitsTheProgram(PodSpec pod, Path file) {
        Container container = pod.getContainers().getFirst();
        Map<String, String> variables = new HashMap<>();
        container.getEnv().forEach(it -> variables.put(it.getName(), it.getValue()));
        assertThat(variables.remove("TOLLGATE_CONFIG")).isEqualTo("/etc/tollgate/tollgate.yaml");
        variables.put("TOLLGATE_CONFIG", file.toString());
        Settings settings = ArtefactsTest.settings(variables);
        assertThat(settings.get(TrafficSettings.DRAIN)).isGreaterThanOrEqualTo(settings.get(TrafficSettings.CALL));
        assertThat(Duration.ofSeconds(pod.getTerminationGracePeriodSeconds())).isEqualTo(ArtefactsTest.grace(settings));
        Map<String, Integer> ports = new HashMap<>();
        container.getPorts().forEach(it -> ports.put(it.getName(), it.getContainerPort()));
        assertThat(settings.find(ServerSettings.ADMIN_LISTEN)).isNotNull();
        assertThat(settings.find(ServerSettings.ADMIN_LISTEN).host()).isEqualTo("0.0.0.0");
        assertThat(ports)
                .isEqualTo(Map.of(
                        "http",
                        settings.get(ServerSettings.PORT),
                        "admin",
                        settings.find(ServerSettings.ADMIN_LISTEN).port()));

        for (Probe probe :
                List.of(container.getStartupProbe(), container.getReadinessProbe(), container.getLivenessProbe())) {
            assertThat(probe.getTimeoutSeconds()).isGreaterThanOrEqualTo(5);
            assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("admin");
        }
        assertThat(List.of(
                        container.getStartupProbe().getHttpGet().getPath(),
                        container.getReadinessProbe().getHttpGet().getPath(),
                        container.getLivenessProbe().getHttpGet().getPath()))
                .containsExactly("/health/startup", "/health/ready", "/health/live");
        assertThat(container.getLivenessProbe().getFailureThreshold()).isGreaterThanOrEqualTo(6);
        return settings;
    }

    /** Metrics and the operator's routes are reachable at the program's own address, and not through the ingress. */
    private static void assertIsForScrapersAlone(Settings settings, Service service, NetworkPolicy policy) {
        assertThat(service.getSpec().getPorts()).hasSize(1);
        assertThat(service.getSpec().getPorts().getFirst().getPort())
                .isEqualTo(settings.find(ServerSettings.ADMIN_LISTEN).port());
        assertThat(service.getSpec().getPorts().getFirst().getTargetPort().getStrVal())
                .isEqualTo("admin");
        // So that each pod is found, and those that are in trouble before all.
        assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
        assertThat(service.getSpec().getPublishNotReadyAddresses()).isTrue();
        for (NetworkPolicyIngressRule rule : policy.getSpec().getIngress()) {
            assertThat(rule.getPorts()).hasSize(1);
            switch (rule.getPorts().getFirst().getPort().getStrVal()) {
                case "http" -> assertThat(rule.getFrom()).isEmpty();
                case "admin" -> assertThat(rule.getFrom()).isNotEmpty();
                default -> throw new AssertionError(rule);
            }
        }
        assertThat(policy.getSpec().getIngress()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "postgresql", "hpa", "other"})
    void every_object_has_only_fields_that_kubernetes_knows(String kind) throws IOException {
        Map<String, JsonNode> objects = objects(rendered(kind));
        objects.remove("ConfigMap tollgate");
        objects.remove("ConfigMap books");
        assertThat(objects).hasSizeGreaterThanOrEqualTo(5);
        for (JsonNode object : objects.values()) {
            strict(object);
        }
    }

    @Test
    void the_volume_stays_if_the_installation_goes() throws IOException {
        assertThat(object(rendered("sqlite"), "tollgate", PersistentVolumeClaim.class)
                        .getMetadata()
                        .getAnnotations())
                .containsEntry("helm.sh/resource-policy", "keep");
    }

    @Test
    void a_pod_has_the_programs_port_probes_grace_and_user() throws IOException {
        PodSpec pod = object(rendered("postgresql"), "tollgate", Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec();
        assertFitsTheProgram(pod, settings("postgresql", "tollgate"));
        Container container = pod.getContainers().getFirst();
        String user = ArtefactsTest.value(Path.of("deploy/container/Containerfile"), "^USER (\\d+):");
        assertThat(pod.getSecurityContext().getRunAsUser()).hasToString(user);
        assertThat(pod.getSecurityContext().getFsGroup()).hasToString(user);
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getVolumeMounts()).extracting("mountPath").contains("/data", "/tmp");
    }

    @Test
    void metrics_and_the_operators_routes_are_for_who_looks_after_the_servers() throws IOException {
        PodSpec pod = object(rendered("postgresql"), "tollgate", Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec();
        assertIsForScrapersAlone(
                assertFitsTheProgram(pod, settings("postgresql", "tollgate")),
                object(rendered("postgresql"), "tollgate-admin", Service.class),
                object(rendered("postgresql"), "tollgate", NetworkPolicy.class));
        assertThat(object(rendered("postgresql"), "tollgate", Service.class)
                        .getSpec()
                        .getPorts())
                .extracting(port -> port.getTargetPort().getStrVal())
                .containsExactly("http");
    }

    @Test
    void service_policy_and_budget_mean_the_pods_that_serve_and_no_others() throws IOException {
        Map<String, String> pods = object(rendered("postgresql"), "tollgate", Deployment.class)
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getLabels();
        assertThat(object(rendered("postgresql"), "tollgate", Deployment.class)
                        .getSpec()
                        .getSelector()
                        .getMatchLabels())
                .isEqualTo(pods);
        for (String service : List.of("tollgate", "tollgate-admin")) {
            assertThat(object(rendered("postgresql"), service, Service.class)
                            .getSpec()
                            .getSelector())
                    .isEqualTo(pods);
        }
        assertThat(object(rendered("postgresql"), "tollgate", NetworkPolicy.class)
                        .getSpec()
                        .getPodSelector()
                        .getMatchLabels())
                .isEqualTo(pods);
        assertThat(object(rendered("postgresql"), "tollgate", PodDisruptionBudget.class)
                        .getSpec()
                        .getSelector()
                        .getMatchLabels())
                .isEqualTo(pods);
        Job job = object(rendered("postgresql"), "tollgate-migrate-1", Job.class);
        assertThat(job.getSpec().getTemplate().getMetadata().getLabels())
                .isNotEmpty()
                .isNotEqualTo(pods);
        assertThat(job.getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getArgs())
                .containsExactly("migrate");
    }

    @Test
    void pods_go_one_at_a_time_and_give_their_calls_the_time_they_have() throws IOException {
        HorizontalPodAutoscaler scaler = object(rendered("hpa"), "tollgate", HorizontalPodAutoscaler.class);
        var down = scaler.getSpec().getBehavior().getScaleDown();
        assertThat(down.getPolicies()).hasSize(1);
        assertThat(down.getPolicies().getFirst().getValue()).isOne();
        Settings settings = ArtefactsTest.settings(Map.of("TOLLGATE_TIMEOUTS_DRAIN", "15m"));
        assertThat(Duration.ofSeconds(down.getPolicies().getFirst().getPeriodSeconds()))
                .isGreaterThanOrEqualTo(settings.get(TrafficSettings.DRAIN));
        assertThat(object(rendered("postgresql"), "tollgate", PodDisruptionBudget.class)
                        .getSpec()
                        .getMaxUnavailable()
                        .getIntVal())
                .isOne();
        assertThat(object(rendered("sqlite"), "tollgate", Deployment.class)
                        .getSpec()
                        .getStrategy()
                        .getType())
                .isEqualTo("Recreate");
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
        assertThat(objects(documents).keySet()).allMatch(name -> name.contains(" books"));
        Deployment deployment = object(documents, "books", Deployment.class);
        assertThat(deployment.getSpec().getReplicas()).isEqualTo(5);
        Settings settings =
                assertFitsTheProgram(deployment.getSpec().getTemplate().getSpec(), settings("other", "books"));
        assertThat(settings.get(TrafficSettings.ANNOUNCE)).hasSeconds(5);
        assertThat(settings.get(TrafficSettings.DRAIN)).hasMinutes(20);
        assertIsForScrapersAlone(
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
                .containsEntry(of + "body-size", (FileLimits.FILE_BYTES_MAX >> 20) + 1 + "m");
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
