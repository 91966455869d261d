import pytest
from followthrough.demo.tests.test_seed import *
from followthrough.demo.tests.conftest import *
@pytest.mark.django_db(transaction=True)
def test_diff():
    outs=[]
    for i in range(5):
        if i: call_command("flush", interactive=False, verbosity=0)
        seed(14); outs.append(outcome())
        for k in outs[0]:
            a,b=set(map(str,outs[0][k])),set(map(str,outs[-1][k]))
            for x in sorted(a^b): print(i,k,'-' if x in a else '+',x[:50], x[-120:])
