package dev.tollgate.upstreams.gemini.settings;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.upstreams.gemini.Asks;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** What real clients send (guarantee G-05), and what hostile ones might. */
class SchemaCleanerTest {

    private final Set<String> removed = new LinkedHashSet<>();

    private String clean(String schema) {
        return new SchemaCleaner(Asks.object(schema), "schema", removed).clean().toString();
    }

    private AbstractThrowableAssert<?, ?> refused(String schema) {
        return assertThatThrownBy(() -> clean(schema)).isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(
                        refusal.error().param())
                .isEqualTo("schema"));
    }

    static Stream<Arguments> corpus() {
        return Stream.of(
                row(
                        "nothing to do",
                        "{'type':'object','properties':{'z':{'type':'string'},'a':{'type':'number'}},'required':['z'],'additionalProperties':false}",
                        null,
                        ""),
                row(
                        "dialect and notes",
                        "{'$schema':'x','$comment':'c','$id':'i','type':'string','examples':[1],'default':'d','deprecated':true,'x-order':1}",
                        "{'type':'string'}",
                        "$schema $comment $id examples default deprecated x-order"),
                row(
                        "title, description and format stay",
                        "{'title':'T','description':'D','type':'string','format':'date-time'}",
                        null,
                        ""),
                row(
                        "constraints without a word",
                        "{'type':'string','minLength':1,'maxLength':2,'pattern':'x'}",
                        "{'type':'string'}",
                        "minLength maxLength pattern"),
                row(
                        "conditions",
                        "{'type':'object','if':{},'then':{},'not':{},'patternProperties':{},'unevaluatedProperties':false}",
                        "{'type':'object'}",
                        "if then not patternProperties unevaluatedProperties"),
                row(
                        "a property may have a keyword's name",
                        "{'properties':{'const':{'type':'string'},'$ref':{'type':'string'},'pattern':{'type':'string'}}}",
                        null,
                        ""),
                row(
                        "bounds stay with their digits",
                        "{'type':'number','minimum':0.10,'maximum':12345678901234567890.5}",
                        null,
                        ""),
                row(
                        "exclusive bounds of integers have a twin",
                        "{'type':'integer','exclusiveMinimum':0,'exclusiveMaximum':10}",
                        "{'type':'integer','minimum':1,'maximum':9}",
                        ""),
                row(
                        "other exclusive bounds have not",
                        "{'type':'number','exclusiveMinimum':0}",
                        "{'type':'number'}",
                        "exclusiveMinimum"),
                row(
                        "booleans of an older draft",
                        "{'type':'integer','minimum':0,'exclusiveMinimum':true}",
                        "{'type':'integer','minimum':0}",
                        "exclusiveMinimum"),
                row("a constant string", "{'const':'a'}", "{'enum':['a']}", ""),
                row("a constant number", "{'type':'integer','const':1}", "{'type':'integer','enum':[1]}", ""),
                row(
                        "a constant boolean",
                        "{'const':true,'description':'D.'}",
                        "{'description':'D. Always true.','type':'boolean'}",
                        ""),
                row("a constant null", "{'const':null}", "{'type':'null'}", ""),
                row("an enum of strings and numbers", "{'enum':['a',1]}", null, ""),
                row(
                        "an enum with null",
                        "{'type':['string','null'],'enum':['a','b',null]}",
                        "{'anyOf':[{'type':'string','enum':['a','b']},{'type':'null'}]}",
                        ""),
                row("an enum of booleans", "{'type':'boolean','enum':[true,false]}", "{'type':'boolean'}", ""),
                row(
                        "an enum of one boolean",
                        "{'enum':[false]}",
                        "{'description':'If a boolean, always false.','type':'boolean'}",
                        ""),
                row("an enum of objects", "{'enum':[{'a':1}]}", "{}", "enum"),
                row("OpenAPI's nullable", "{'type':'string','nullable':true}", "{'type':['string','null']}", ""),
                row(
                        "OpenAPI's nullable beside an enum",
                        "{'type':'string','enum':['a'],'nullable':true}",
                        "{'anyOf':[{'type':'string','enum':['a']},{'type':'null'}]}",
                        ""),
                row("nullable false", "{'type':'string','nullable':false}", "{'type':'string'}", ""),
                row("type arrays stay", "{'type':['string','null']}", null, ""),
                row(
                        "Gemini's own spelling of types",
                        "{'type':'OBJECT','properties':{'a':{'type':'STRING'}}}",
                        "{'type':'object','properties':{'a':{'type':'string'}}}",
                        ""),
                row(
                        "alternatives",
                        "{'anyOf':[{'type':'string','minLength':1},{'type':'null'}],'oneOf':[{'const':1}]}",
                        "{'anyOf':[{'type':'string'},{'type':'null'}],'oneOf':[{'enum':[1]}]}",
                        "minLength"),
                row("tuples", "{'prefixItems':[{'const':1}],'items':false}", "{'prefixItems':[{'enum':[1]}]}", "items"),
                row(
                        "tuples of an older draft",
                        "{'type':'array','items':[{'type':'string'}]}",
                        "{'type':'array','prefixItems':[{'type':'string'}]}",
                        ""),
                row("true is any", "{'properties':{'a':true},'items':true}", "{'properties':{'a':{}}}", ""),
                row(
                        "maps",
                        "{'type':'object','additionalProperties':{'type':'string','pattern':'x'}}",
                        "{'type':'object','additionalProperties':{'type':'string'}}",
                        "pattern"),
                row(
                        "definitions are renamed",
                        "{'properties':{'a':{'$ref':'#/definitions/A'}},'definitions':{'A':{'type':'string','format':'uri'}}}",
                        "{'properties':{'a':{'$ref':'#/$defs/A'}},'$defs':{'A':{'type':'string','format':'uri'}}}",
                        ""),
                row(
                        "words beside a reference stand around it",
                        "{'properties':{'a':{'$ref':'#/$defs/A','description':'D'}},'$defs':{'A':{}}}",
                        "{'properties':{'a':{'description':'D','anyOf':[{'$ref':'#/$defs/A'}]}},'$defs':{'A':{}}}",
                        ""),
                row(
                        "a reference alone in allOf",
                        "{'properties':{'a':{'allOf':[{'$ref':'#/$defs/A'}],'default':1}},'$defs':{'A':{}}}",
                        "{'properties':{'a':{'$ref':'#/$defs/A'}},'$defs':{'A':{}}}",
                        "default"),
                row(
                        "the root written out",
                        "{'$ref':'#/definitions/R','definitions':{'R':{'type':'object','properties':{'a':{'type':'string'}}}},'$schema':'s'}",
                        "{'type':'object','properties':{'a':{'type':'string'}},'$defs':{'R':{'type':'object','properties':{'a':{'type':'string'}}}}}",
                        "$schema"),
                row(
                        "the root as allOf of a reference",
                        "{'allOf':[{'$ref':'#/$defs/R'}],'$defs':{'R':{'type':'object','properties':{'a':{}}}}}",
                        "{'$defs':{'R':{'type':'object','properties':{'a':{}}}},'type':'object','properties':{'a':{}}}",
                        ""),
                row(
                        "allOf becomes one",
                        "{'description':'D','allOf':[{'type':'object','properties':{'a':{'type':'string'}},'required':['a'],'description':'E'},{'type':'object','properties':{'b':{}},'required':['b','a']}]}",
                        "{'description':'D','type':'object','properties':{'a':{'type':'string'},'b':{}},'required':['a','b']}",
                        ""),
                row(
                        "allOf with a reference",
                        "{'properties':{'x':{'allOf':[{'$ref':'#/$defs/A'},{'properties':{'b':{}}}]}},'$defs':{'A':{'properties':{'a':{}}}}}",
                        "{'properties':{'x':{'properties':{'a':{},'b':{}}}},'$defs':{'A':{'properties':{'a':{}}}}}",
                        ""),
                row(
                        "allOf narrows",
                        "{'allOf':[{'minimum':1,'maximum':9,'enum':[1,2,3]},{'minimum':2,'maximum':5,'enum':[2,3,4]}]}",
                        "{'minimum':2,'maximum':5,'enum':[2,3]}",
                        ""),
                row(
                        "nested allOf",
                        "{'allOf':[{'allOf':[{'type':'string'}]},{'title':'T'}]}",
                        "{'type':'string','title':'T'}",
                        ""),
                row(
                        "a tree",
                        "{'type':'object','properties':{'v':{'type':'string'},'kids':{'type':'array','items':{'$ref':'#'}}},'required':['v','kids']}",
                        "{'type':'object','properties':{'v':{'type':'string'},'kids':{'type':'array','items':{'$ref':'#'}}},'required':['v']}",
                        "required"),
                row(
                        "a list that may be null",
                        "{'properties':{'next':{'anyOf':[{'$ref':'#'},{'type':'null'}]}},'required':['next']}",
                        "{'properties':{'next':{'anyOf':[{'$ref':'#'},{'type':'null'}]}}}",
                        "required"),
                row(
                        "a cycle over two definitions",
                        "{'properties':{'a':{'$ref':'#/$defs/A'}},'required':['a'],'$defs':{'A':{'properties':{'b':{'$ref':'#/$defs/B'},'c':{'type':'string'}},'required':['b','c']},'B':{'properties':{'a':{'$ref':'#/$defs/A'}}}}}",
                        "{'properties':{'a':{'$ref':'#/$defs/A'}},'required':['a'],'$defs':{'A':{'properties':{'b':{'$ref':'#/$defs/B'},'c':{'type':'string'}},'required':['c']},'B':{'properties':{'a':{'$ref':'#/$defs/A'}}}}}",
                        "required"),
                row("a cycle in what is not required", "{'properties':{'next':{'$ref':'#'}}}", null, ""),
                row(
                        "no cycle",
                        "{'properties':{'a':{'$ref':'#/$defs/A'},'b':{'$ref':'#/$defs/A'}},'required':['a','b'],'$defs':{'A':{'type':'string'}}}",
                        null,
                        ""));
    }

    private static Arguments row(String name, String schema, String cleaned, String removed) {
        String json = schema.replace('\'', '"');
        return Arguments.of(name, json, cleaned == null ? json : cleaned.replace('\'', '"'), removed);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("corpus")
    void a_schema_keeps_its_meaning_or_says_what_it_lost(String name, String schema, String cleaned, String lost) {
        assertThat(clean(schema)).isEqualTo(cleaned);
        assertThat(String.join(" ", removed)).isEqualTo(lost);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("corpus")
    void cleaning_changes_neither_the_original_nor_what_is_clean(
            String name, String schema, String cleaned, String lost) {
        ObjectNode original = Asks.object(schema);
        new SchemaCleaner(original, "schema", removed).clean();
        assertThat(original.toString()).isEqualTo(schema);
        removed.clear();
        assertThat(clean(cleaned)).isEqualTo(cleaned);
        assertThat(removed).isEmpty();
    }

    @Test
    void what_cannot_be_kept_is_refused_by_its_place() {
        refused("{\"properties\":{\"a\":{\"type\":\"any\"}}}").hasMessageContaining("'schema.properties.a.type'");
        refused("{\"properties\":[]}").hasMessageContaining("'schema.properties'");
        refused("{\"properties\":{\"a\":false}}").hasMessageContaining("allows no value");
        refused("{\"anyOf\":[]}").hasMessageContaining("'schema.anyOf'");
        refused("{\"items\":7}").hasMessageContaining("'schema.items'");
    }

    @Test
    void references_must_lead_to_something_inside() {
        refused("{\"properties\":{\"a\":{\"$ref\":\"#/$defs/A\"}}}").hasMessageContaining("not there");
        refused("{\"properties\":{\"a\":{\"$ref\":\"https://example.com/x\"}}}").hasMessageContaining("same schema");
        refused("{\"properties\":{\"a\":{\"$ref\":7}}}").hasMessageContaining("same schema");
        refused("{\"$ref\":\"#\"}").hasMessageEndingWith("' has a '$ref' that leads back to itself.");
        refused("{\"$ref\":\"#/$defs/A\",\"$defs\":{\"A\":{\"$ref\":\"#/$defs/B\"},\"B\":{\"$ref\":\"#/$defs/A\"}}}")
                .hasMessageContaining("back to itself");
    }

    @Test
    void a_reference_cannot_be_combined_with_alternatives() {
        refused("{\"properties\":{\"a\":{\"$ref\":\"#\",\"anyOf\":[{}]}}}").hasMessageContaining("anyOf");
    }

    @Test
    void branches_that_exclude_each_other_are_refused() {
        refused("{\"allOf\":[{\"type\":\"string\"},{\"type\":\"object\"}]}").hasMessageContaining("'type'");
        refused("{\"allOf\":[{\"enum\":[1]},{\"enum\":[2]}]}").hasMessageContaining("'enum'");
        refused("{\"allOf\":{}}").hasMessageContaining("array");
        refused("{\"allOf\":[1]}").hasMessageContaining("schema objects");
    }

    @Test
    void an_allOf_that_unrolls_without_end_is_refused() {
        refused("{\"properties\":{\"a\":{\"allOf\":[{\"$ref\":\"#\"},{\"title\":\"t\"}]}}}")
                .hasMessageContaining("without end");
        refused("{\"allOf\":[{\"$ref\":\"#\"},{\"title\":\"t\"}]}").isInstanceOf(ApiException.class);
    }

    @Test
    void a_schema_has_a_largest_size() {
        refused("{\"enum\":[" + "1,".repeat(10_000) + "1]}").hasMessageContaining("too large");
        refused("{\"allOf\":[" + "{},".repeat(100) + "{}]}").hasMessageContaining("at most 100");
    }

    @Test
    void long_names_around_many_schemas_are_not_repeated_for_each() {
        String around = "{\"type\":\"object\",\"properties\":{\"" + "k".repeat(9_999) + "\":";
        ObjectNode schema =
                Asks.object(around.repeat(20) + "{\"anyOf\":[{}" + ",{}".repeat(4_000) + "]}" + "}}".repeat(20));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(new SchemaCleaner(schema, "schema", removed).clean()).isEqualTo(schema);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(64 << 20);
    }

    @Test
    void a_refusal_shows_the_start_of_a_long_path() {
        String around = "{\"properties\":{\"" + "k".repeat(100) + "\":";
        refused(around.repeat(20) + "false" + "}}".repeat(20))
                .hasMessageMatching("'schema(\\.properties\\.k{60}\\.{3}){4}.*' must be .*");
    }

    @Test
    void branches_that_refer_to_branches_are_refused_before_they_multiply() {
        StringBuilder schema = new StringBuilder("{\"properties\":{\"p\":{\"allOf\":[{\"$ref\":\"#/x0\"},{}]}}");
        for (int i = 0; i < 3; i++) {
            String next = "{\"$ref\":\"#/x" + (i + 1) + "\"}";
            schema.append(",\"x" + i + "\":{\"allOf\":[" + next + ("," + next).repeat(99) + "]}");
        }
        refused(schema.append(",\"x3\":{\"title\":\"t\"}}").toString()).hasMessageContaining("grows without end");
    }
}
