package io.biplane.linux.nftables.kernel;

/** Numbers of linux/netfilter/nf_tables.h and linux/netfilter/nfnetlink.h. */
final class Protocol {
    static final int NFNL_MSG_BATCH_BEGIN = 0x10;
    static final int NFNL_MSG_BATCH_END = 0x11;
    static final int NFNL_SUBSYS_NFTABLES = 10;

    private static final int SUBSYSTEM = NFNL_SUBSYS_NFTABLES << 8;
    static final int NEWTABLE = SUBSYSTEM;
    static final int GETTABLE = SUBSYSTEM | 1;
    static final int DELTABLE = SUBSYSTEM | 2;
    static final int NEWCHAIN = SUBSYSTEM | 3;
    static final int GETCHAIN = SUBSYSTEM | 4;
    static final int DELCHAIN = SUBSYSTEM | 5;
    static final int NEWRULE = SUBSYSTEM | 6;
    static final int GETRULE = SUBSYSTEM | 7;
    static final int DELRULE = SUBSYSTEM | 8;
    static final int NEWSET = SUBSYSTEM | 9;
    static final int GETSET = SUBSYSTEM | 10;
    static final int DELSET = SUBSYSTEM | 11;
    static final int NEWSETELEM = SUBSYSTEM | 12;
    static final int GETSETELEM = SUBSYSTEM | 13;
    static final int DELSETELEM = SUBSYSTEM | 14;
    static final int NEWGEN = SUBSYSTEM | 15;
    static final int GETGEN = SUBSYSTEM | 16;

    static final int NFTA_GEN_ID = 1;

    static final int NFTA_LIST_ELEM = 1;
    static final int NFTA_DATA_VALUE = 1;
    static final int NFTA_DATA_VERDICT = 2;
    static final int NFTA_VERDICT_CODE = 1;
    static final int NFTA_VERDICT_CHAIN = 2;

    static final int NFTA_TABLE_NAME = 1;
    static final int NFTA_TABLE_FLAGS = 2;
    static final int NFTA_TABLE_USERDATA = 6;
    static final int NFT_TABLE_F_DORMANT = 1;

    static final int NFTA_CHAIN_TABLE = 1;
    static final int NFTA_CHAIN_NAME = 3;
    static final int NFTA_CHAIN_HOOK = 4;
    static final int NFTA_CHAIN_POLICY = 5;
    static final int NFTA_CHAIN_TYPE = 7;
    static final int NFTA_CHAIN_FLAGS = 10;
    static final int NFTA_CHAIN_USERDATA = 12;
    static final int NFT_CHAIN_BINDING = 4;
    static final int NFTA_HOOK_HOOKNUM = 1;
    static final int NFTA_HOOK_PRIORITY = 2;

    static final int NFTA_RULE_TABLE = 1;
    static final int NFTA_RULE_CHAIN = 2;
    static final int NFTA_RULE_HANDLE = 3;
    static final int NFTA_RULE_EXPRESSIONS = 4;
    static final int NFTA_RULE_USERDATA = 7;
    static final int NFTA_EXPR_NAME = 1;
    static final int NFTA_EXPR_DATA = 2;

    static final int NFTA_SET_TABLE = 1;
    static final int NFTA_SET_NAME = 2;
    static final int NFTA_SET_FLAGS = 3;
    static final int NFTA_SET_KEY_TYPE = 4;
    static final int NFTA_SET_KEY_LEN = 5;
    static final int NFTA_SET_DATA_TYPE = 6;
    static final int NFTA_SET_DATA_LEN = 7;
    static final int NFTA_SET_DESC = 9;
    static final int NFTA_SET_ID = 10;
    static final int NFTA_SET_TIMEOUT = 11;
    static final int NFTA_SET_USERDATA = 13;
    static final int NFTA_SET_DESC_SIZE = 1;
    static final int NFTA_SET_DESC_CONCAT = 2;
    static final int NFTA_SET_FIELD_LEN = 1;

    static final int NFT_SET_ANONYMOUS = 1;
    static final int NFT_SET_INTERVAL = 4;
    static final int NFT_SET_MAP = 8;
    static final int NFT_SET_TIMEOUT = 0x10;
    static final int NFT_SET_EVAL = 0x20;
    static final int NFT_SET_CONCAT = 0x80;
    static final int NFT_DATA_VERDICT = 0xffffff00;

    static final int NFTA_SET_ELEM_LIST_TABLE = 1;
    static final int NFTA_SET_ELEM_LIST_SET = 2;
    static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;
    static final int NFTA_SET_ELEM_KEY = 1;
    static final int NFTA_SET_ELEM_DATA = 2;
    static final int NFTA_SET_ELEM_FLAGS = 3;
    static final int NFTA_SET_ELEM_TIMEOUT = 4;
    static final int NFTA_SET_ELEM_USERDATA = 6;
    static final int NFTA_SET_ELEM_KEY_END = 10;
    static final int NFT_SET_ELEM_INTERVAL_END = 1;

    static final int NF_DROP = 0;
    static final int NF_ACCEPT = 1;
    static final int NFT_CONTINUE = -1;
    static final int NFT_JUMP = -3;
    static final int NFT_GOTO = -4;
    static final int NFT_RETURN = -5;

    /** nft stores the types of a concatenation as digits of this many bits. */
    static final int TYPE_BITS = 6;

    private Protocol() {}
}
