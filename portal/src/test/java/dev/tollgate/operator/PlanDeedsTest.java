package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Stores;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Plans as an operator sets, assigns and ends them: one commit each with its row of the audit log, once for each id, and nothing for wrong values. */
@BesideOthers
@ParameterizedClass
@MethodSource(Stores.USUAL)
@Timeout(60)
class PlanDeedsTest {

    private static final String PRO = "\"name\":\"Pro\",\"cents\":900,\"period\":\"month\",\"credits\":1000,"
            + "\"models\":[\"gemini-2.5-*\"],\"group\":\"gold\",\"limits\":[{\"hours\":5,\"credits\":20}]";

    @Parameter
    Stores stores;

    private static PortalServer server;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        server = PortalServer.startOn(stores);
        done(admin("PUT", "/groups/gold", "{\"factor\":850,\"reason\":\"a partner\"}"));
        done(admin("PUT", "/plans/pro", "{" + PRO + ",\"reason\":\"our plan\"}"));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
    }

    @AfterEach
    void the_books_add_up() {
        server.assertBooksAreClosed();
    }

    private static PortalServer.Reply admin(String method, String path, String body) {
        return server.send(method, "/admin" + path, body, server.adminKey());
    }

    private static JsonNode get(String path) {
        return server.get("/admin" + path, server.adminKey()).json();
    }

    private static JsonNode done(PortalServer.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private static String plan(String account) {
        return "/accounts/" + account + "/plan";
    }

    private static PortalServer.Reply assign(String account, String members) {
        return admin("POST", plan(account), "{\"reason\":\"by transfer\"," + members + "}");
    }

    private static PortalServer.Reply end(String account, String id) {
        return admin("DELETE", plan(account), "{\"reason\":\"not paid\",\"id\":\"" + id + "\"}");
    }

    private static List<String> deeds(String subject) {
        return get("/audit?subject=" + subject)
                .get("data")
                .valueStream()
                .map(deed -> deed.get("action").stringValue())
                .filter(action -> action.startsWith("plan."))
                .toList();
    }

    @Test
    void a_plan_is_assigned_with_its_credits_and_its_group() {
        Customer customer = server.customer("10");
        JsonNode assigned = done(assign(customer.account(), "\"plan\":\"pro\",\"periods\":3"));
        assertThat(assigned.get("state").stringValue()).isEqualTo("active");
        assertThat(assigned.get("name").stringValue()).isEqualTo("Pro");
        assertThat(assigned.get("remaining").intValue()).isEqualTo(2);
        assertThat(assigned.get("grant").intValue()).isEqualTo(1);
        assertThat(customer.balance()).isEqualByComparingTo("1010");
        JsonNode grant = get("/accounts/" + customer.account() + "/grants").at("/data/0");
        assertThat(grant.get("kind").stringValue()).isEqualTo("plan");
        assertThat(grant.at("/limits/0/credits").intValue()).isEqualTo(20);
        JsonNode group = get("/accounts/" + customer.account() + "/group").at("/data/0");
        assertThat(group.get("plan").stringValue()).isEqualTo("gold");
        assertThat(group.get("plan_until")).isEqualTo(assigned.get("ends_at"));
        assertThat(get(plan(customer.account())).at("/data/0")).isEqualTo(assigned);
        JsonNode deed = get("/audit?subject=" + customer.account()).at("/data/0");
        assertThat(deed.get("action").stringValue()).isEqualTo("plan.assign");
        assertThat(deed.at("/after/periods").intValue()).isEqualTo(3);
        assertThat(deed.get("reason").stringValue()).isEqualTo("by transfer");
    }

    @Test
    void a_second_plan_is_refused_while_one_runs() {
        Customer customer = server.customer("10");
        JsonNode first = done(assign(customer.account(), "\"plan\":\"pro\",\"periods\":3"));
        PortalServer.Reply second = assign(customer.account(), "\"plan\":\"pro\",\"periods\":1");
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.text())
                .contains(
                        "has the plan pro (version ",
                        first.get("ends_at").stringValue(),
                        "with 2 more until " + first.get("until").stringValue());
        assertThat(get(plan(customer.account())).get("data")).hasSize(1);
        assertThat(customer.balance()).isEqualByComparingTo("1010");
    }

    @Test
    void a_request_that_comes_twice_counts_once() {
        Customer customer = server.customer("10");
        String body = "\"plan\":\"pro\",\"periods\":3,\"id\":\"transfer-7\"";
        JsonNode first = done(assign(customer.account(), body));
        assertThat(done(assign(customer.account(), body))).isEqualTo(first);
        PortalServer.Reply other = assign(customer.account(), "\"plan\":\"pro\",\"periods\":4,\"id\":\"transfer-7\"");
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.text()).contains("The id transfer-7 was used for another action");
        assertThat(end(customer.account(), "transfer-7").status()).isEqualTo(409);

        JsonNode ended = done(end(customer.account(), "end-7"));
        assertThat(ended.get("state").stringValue()).isEqualTo("ended");
        assertThat(ended.get("ended_by").stringValue()).isEqualTo("operator");
        assertThat(customer.balance()).isEqualByComparingTo("10");
        done(assign(customer.account(), "\"plan\":\"pro\",\"periods\":1,\"id\":\"transfer-8\""));
        assertThat(done(end(customer.account(), "end-7"))).isEqualTo(ended);
        ObjectNode plan = ((ObjectNode) ended.deepCopy()).without("payments"); // which an end alone names
        assertThat(done(assign(customer.account(), body))).isEqualTo(plan);
        assertThat(customer.balance()).isEqualByComparingTo("1010");
        assertThat(deeds(customer.account())).containsExactly("plan.assign", "plan.end", "plan.assign");
        JsonNode group = get("/accounts/" + customer.account() + "/group").get("data");
        assertThat(group).hasSize(3);
        assertThat(group.at("/1/group").stringValue()).isEqualTo("standard");
    }

    @Test
    void a_plan_is_on_sale_until_it_is_set_again_without_or_closed() {
        String terms = "\"name\":\"Team\",\"cents\":2950,\"period\":\"month\",\"credits\":6000,\"reason\":\"on sale\"";
        String sold = "{\"on_sale\":true," + terms + "}";
        assertThat(done(admin("PUT", "/plans/team", "{" + terms + "}"))
                        .get("on_sale")
                        .booleanValue())
                .isFalse();
        assertThat(onSale()).isEmpty();
        assertThat(done(admin("PUT", "/plans/team", sold)).get("version").intValue())
                .isEqualTo(2);
        assertThat(get("/plans/team").at("/data/0/on_sale").booleanValue()).isTrue();
        assertThat(onSale()).containsExactly("team.2");
        done(admin("PUT", "/plans/team", "{" + terms + "}"));
        assertThat(onSale()).isEmpty();
        done(admin("PUT", "/plans/team", sold));
        done(admin("POST", "/plans/team/close", "{\"reason\":\"a new price\"}"));
        assertThat(onSale()).isEmpty();

        done(admin("PUT", "/groups/shut", "{\"factor\":850,\"reason\":\"a partner\"}"));
        done(admin("PUT", "/plans/team", "{\"group\":\"shut\"," + sold.substring(1)));
        assertThat(onSale()).containsExactly("team.5");
        done(admin("POST", "/groups/shut/close", "{\"reason\":\"it is over\"}"));
        assertThat(onSale()).isEmpty();
    }

    private static List<String> onSale() {
        return server.books().stores().plans().onSale().stream()
                .map(version -> version.plan() + "." + version.number())
                .toList();
    }

    @Test
    void an_account_that_is_not_there_has_no_list_of_plans_or_groups() {
        assertThat(admin("GET", "/accounts/acc_nobody/plan", "").status()).isEqualTo(404);
        assertThat(admin("GET", "/accounts/acc_nobody/group", "").status()).isEqualTo(404);
    }

    @Test
    void what_does_not_run_cannot_be_ended() {
        Customer customer = server.customer("10");
        PortalServer.Reply reply = end(customer.account(), "end");
        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.text()).contains("has no plan that runs");
        assertThat(end("acc_none", "end").status()).isEqualTo(404);
        assertThat(assign("acc_none", "\"plan\":\"pro\",\"periods\":1").status())
                .isEqualTo(404);
        assertThat(assign(customer.account(), "\"plan\":\"none\",\"periods\":1").status())
                .isEqualTo(404);
        assertThat(deeds(customer.account())).isEmpty();
    }

    @Test
    void a_version_is_written_once_and_closed_for_good() {
        String body = "{\"name\":\"Day\",\"cents\":0,\"period\":\"day\",\"credits\":0.5,\"reason\":\"a trial\"}";
        assertThat(done(admin("PUT", "/plans/trial", body)).get("version").intValue())
                .isEqualTo(1);
        assertThat(done(admin("PUT", "/plans/trial", body)).get("version").intValue())
                .isEqualTo(1);
        Customer customer = server.customer("10");
        done(assign(customer.account(), "\"plan\":\"trial\",\"periods\":9"));
        String why = "{\"reason\":\"a new price\"}";
        assertThat(done(admin("POST", "/plans/trial/close", why)).toString())
                .isEqualTo("{\"plan\":\"trial\",\"versions\":[1]}");
        assertThat(done(admin("POST", "/plans/trial/close", why)).get("versions"))
                .isEmpty();
        assertThat(get(plan(customer.account())).at("/data/0/remaining").intValue())
                .isZero();
        Customer other = server.customer("10");
        PortalServer.Reply refused = assign(other.account(), "\"plan\":\"trial\",\"periods\":1");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("The plan trial is closed");
        assertThat(done(admin("PUT", "/plans/trial", body)).get("version").intValue())
                .isEqualTo(2);
        assertThat(done(assign(other.account(), "\"plan\":\"trial\",\"periods\":1"))
                        .get("version")
                        .intValue())
                .isEqualTo(2);
        assertThat(get("/plans/trial").at("/data/1/closed_at").isString()).isTrue();
        JsonNode listed = get("/plans")
                .get("data")
                .valueStream()
                .filter(each -> each.get("plan").stringValue().equals("trial"))
                .findFirst()
                .orElseThrow();
        assertThat(listed.at("/accounts/active").intValue()).isEqualTo(2);
        assertThat(deeds("trial")).containsExactly("plan.set", "plan.close", "plan.set");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            "name":"" | name | is ""; allowed is a text of 1 to 60 characters
            "name":7 | name | must be a string
            "cents":49 | cents | is 49; allowed is 0, or at least 50
            "cents":-1 | cents | is -1; allowed is a whole number from 0 to 99999999
            "cents":9.5 | cents | is 9.5; allowed is a whole number
            "cents":100000000 | cents | is 100000000; allowed is
            "period":"year" | period | is "year"; allowed is day, week or month
            "credits":0 | credits | is 0; allowed is above 0
            "credits":-5 | credits | is -5; allowed is a number of credits from 0
            "credits":"many" | credits | is "many"; allowed is
            "models":["gem*ini"] | models.0 | not 'gem*ini'
            "models":["gemini-9"] | models | has an entry for "gemini-9", which is no model on sale; allowed is the id of one
            "models":["google/gemini-4-argon"] | models | which is no model on sale; allowed is gemini-4-argon.
            "group":"Gold" | group | is "Gold"; allowed is a name
            "group":"silver" | group | is silver, which is no price group; allowed is the name of one, or null for none.
            "limits":[{"hours":745,"credits":1}] | limits.0.hours | is 745; allowed is a whole number from 1 to 744
            "on_sale":"yes" | on_sale | must be true or false
            "on_sale":true,"cents":0 | cents | must be at least 50 for a plan on sale
            "version":-1 | version | is -1; allowed is a whole number
            """)
    void a_wrong_value_of_a_plan_is_named_and_nothing_is_written(String member, String param, String sentence) {
        ObjectNode body = (ObjectNode) ApiJson.MAPPER.readTree("{" + PRO + ",\"reason\":\"a mistake\"}");
        body.setAll((ObjectNode) ApiJson.MAPPER.readTree("{" + member + "}"));
        PortalServer.Reply reply = admin("PUT", "/plans/wrong", body.toString());
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").asString()).isEqualTo(param);
        assertThat(reply.json().at("/error/message").asString()).contains(sentence);
        assertThat(admin("GET", "/plans/wrong", "").status()).isEqualTo(404);
        assertThat(deeds("wrong")).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            "plan":"pro","periods":0 | periods | is 0; allowed is a whole number from 1 to 366
            "plan":"pro","periods":367 | periods | is 367; allowed is
            "plan":"pro","periods":"three" | periods | is "three"; allowed is
            "plan":"pro" | periods | is required
            "plan":"Pro!","periods":1 | plan | is "Pro!"; allowed is an id of 1 to 32
            "periods":1 | plan | is required
            """)
    void a_wrong_value_of_an_assignment_is_named_and_nothing_is_given(String members, String param, String sentence) {
        Customer customer = server.customer("10");
        PortalServer.Reply reply = assign(customer.account(), members);
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().at("/error/param").asString()).isEqualTo(param);
        assertThat(reply.json().at("/error/message").asString()).contains(sentence);
        assertThat(get(plan(customer.account())).get("data")).isEmpty();
        assertThat(customer.balance()).isEqualByComparingTo("10");
    }

    @Test
    void an_id_of_a_plan_and_a_closed_group_are_refused() {
        PortalServer.Reply reply = admin("PUT", "/plans/Pro", "{" + PRO + ",\"reason\":\"a mistake\"}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("is \\\"Pro\\\"; allowed is an id of 1 to 32 of a-z 0-9 -");
        done(admin("PUT", "/groups/old", "{\"factor\":850,\"reason\":\"a partner\"}"));
        done(admin("POST", "/groups/old/close", "{\"reason\":\"it is over\"}"));
        PortalServer.Reply closed =
                admin("PUT", "/plans/old", "{" + PRO.replace("gold", "old") + ",\"reason\":\"a mistake\"}");
        assertThat(closed.status()).isEqualTo(409);
        assertThat(closed.text()).contains("The price group old is closed");
        assertThat(admin("POST", "/plans/pro/close", "{\"version\":0,\"reason\":\"a mistake\"}")
                        .text())
                .contains("is 0; allowed is a whole number from 1");
    }

    @Test
    void a_deleted_account_has_no_plan_and_a_blocked_one_keeps_it() {
        Customer customer = server.customer("10");
        done(assign(customer.account(), "\"plan\":\"pro\",\"periods\":3"));
        done(admin(
                "POST", "/accounts/" + customer.account() + "/block", "{\"blocked\":true,\"reason\":\"a dispute\"}"));
        assertThat(get(plan(customer.account())).at("/data/0/state").stringValue())
                .isEqualTo("active");
        done(admin("POST", "/accounts/" + customer.account() + "/delete", "{\"reason\":\"has left\"}"));
        JsonNode ended = get(plan(customer.account())).at("/data/0");
        assertThat(ended.get("ended_by").stringValue()).isEqualTo("deleted");
        assertThat(assign(customer.account(), "\"plan\":\"pro\",\"periods\":1").status())
                .isEqualTo(409);
    }
}
