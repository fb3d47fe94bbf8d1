package io.biplane.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.biplane.api.view.PodView;
import io.biplane.api.view.ServiceView;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

class StandInPortsTest {

    static ObjectNode tree(String json) {
        return (ObjectNode) JsonMapper.shared().readTree(json.replace('\'', '"'));
    }

    private static ServiceView service(String namespace, String selector, String ports) {
        return ServiceView.of(
                tree(
                        "{'metadata':{'namespace':'%s','name':'s'},'spec':{'selector':%s,'ports':[%s]}}"
                                .formatted(namespace, selector, ports)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // containers | what listens, container by container
                "{'name':'a'} | a tcp=[] udp=[]",
                "{'name':'a','ports':[{'containerPort':80},{'containerPort':53,'protocol':'UDP'},{'containerPort':9,'protocol':'SCTP'}]} | a tcp=[80] udp=[53]",
                "{'name':'a','ports':[{'name':'web','containerPort':80}],'livenessProbe':{'httpGet':{'port':'web'}},'readinessProbe':{'tcpSocket':{'port':81}},'startupProbe':{'grpc':{'port':82}}} | a tcp=[80, 81, 82] udp=[]",
                "{'name':'a','args':['netexec','--http-port=8083']} | a tcp=[8083] udp=[8081]",
                "{'name':'a','command':['/agnhost','netexec'],'args':['-http-port','70','--udp-port=71']} | a tcp=[70] udp=[71]",
                "{'name':'a','args':['pause','--http-port=8083']} | a tcp=[] udp=[]",
                "{'name':'a','ports':[{'containerPort':80}]},{'name':'b','ports':[{'containerPort':80},{'containerPort':81}]} | a tcp=[80] udp=[]; b tcp=[81] udp=[]",
                "{'name':'a','ports':[{'containerPort':0},{'containerPort':70000}]} | a tcp=[] udp=[]",
            })
    void containersListenOnWhatTheyDeclare(String containers, String expected) {
        assertThat(listening(containers, List.of())).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "default | {'app':'x'} | {'port':80,'targetPort':9376} | a tcp=[9376] udp=[]; b tcp=[] udp=[]",
                "default | {'app':'x'} | {'port':80} | a tcp=[80] udp=[]; b tcp=[] udp=[]",
                "default | {'app':'x'} | {'port':80,'targetPort':53,'protocol':'UDP'} | a tcp=[] udp=[53]; b tcp=[] udp=[]",
                "default | {'app':'x'} | {'port':80,'targetPort':'web'} | a tcp=[] udp=[]; b tcp=[] udp=[]",
                "default | {'app':'y'} | {'port':80} | a tcp=[] udp=[]; b tcp=[] udp=[]",
                "default | {} | {'port':80} | a tcp=[] udp=[]; b tcp=[] udp=[]",
                "other | {'app':'x'} | {'port':80} | a tcp=[] udp=[]; b tcp=[] udp=[]",
            })
    void theFirstContainerListensOnNumericTargetPortsOfSelectingServices(
            String namespace, String selector, String ports, String expected) {
        assertThat(
                        listening(
                                "{'name':'a'},{'name':'b'}",
                                List.of(service(namespace, selector, ports))))
                .isEqualTo(expected);
    }

    private static String listening(String containers, List<ServiceView> services) {
        PodView pod =
                PodView.of(
                        tree(
                                "{'metadata':{'namespace':'default','name':'p','labels':{'app':'x'}},'spec':{'containers':[%s]}}"
                                        .formatted(containers)));
        return String.join(
                "; ",
                StandInPorts.of(pod, services).stream()
                        .map(c ->
                                "%s tcp=%s udp=%s".formatted(c.name(), c.tcpPorts(), c.udpPorts()))
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | BestEffort",
                "{'requests':{'cpu':'1'}} | Burstable",
                "{'limits':{'cpu':'1'}} | Burstable",
                "{'limits':{'cpu':'1','memory':'1Gi'}} | Guaranteed",
                "{'limits':{'cpu':'1','memory':'1Gi'},'requests':{'cpu':'500m'}} | Burstable",
            })
    void qosClassFollowsRequestsAndLimits(String resources, String expected) {
        PodView pod =
                PodView.of(
                        tree(
                                "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'a','resources':%s}]}}"
                                        .formatted(resources)));
        assertThat(QosClass.of(pod)).isEqualTo(expected);
    }
}
